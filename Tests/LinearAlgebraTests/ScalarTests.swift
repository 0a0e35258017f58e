import ComplexModule
import LinearAlgebra
import Testing

@Suite struct ScalarTests {
    @Test func namesAndKinds() {
        func check<S: LinearScalar>(_: S.Type, _ kind: ScalarKind, _ name: String, isComplex: Bool) {
            #expect(S.kind == kind)
            #expect(S.typeName == name)
            #expect(S.isComplex == isComplex)
        }
        check(Float.self, .float, "float", isComplex: false)
        check(Double.self, .double, "double", isComplex: false)
        check(Complex<Float>.self, .complexFloat, "complex-float", isComplex: true)
        check(Complex<Double>.self, .complexDouble, "complex-double", isComplex: true)
    }

    @Test func unitRoundoffIsLAPACKsEpsilon() {
        #expect(Double.unitRoundoff == 0x1p-53)
        #expect(Complex<Double>.unitRoundoff == 0x1p-53)
        #expect(Float.unitRoundoff == 0x1p-24)
        #expect(Complex<Float>.unitRoundoff == 0x1p-24)
    }

    @Test func moduli() {
        let z = Complex<Double>(3, -4)
        #expect(z.magnitude1 == 7)
        #expect(z.absoluteValue == 5)
        #expect(z.squaredMagnitude == 25)
        #expect(z.conjugate == Complex(3, 4))
        #expect(z.realPart == 3 && z.imaginaryPart == -4)
        #expect((-2.5).magnitude1 == 2.5 && (-2.5).absoluteValue == 2.5 && (-2.5).squaredMagnitude == 6.25)
        #expect((-2.5).conjugate == -2.5 && (-2.5).imaginaryPart == 0)
        #expect(Double(real: 2, imaginary: 3) == 2)
    }

    @Test func modulusNeitherOverflowsNorUnderflows() {
        #expect(abs(Complex<Double>(3e300, 4e300).absoluteValue / 5e300 - 1) < 1e-15)
        #expect(abs(Complex<Double>(3e-300, 4e-300).absoluteValue / 5e-300 - 1) < 1e-15)
        #expect(abs(Complex<Float>(3e38, 1e38).absoluteValue / Float(3.1622776e38) - 1) < 1e-6)
    }

    @Test func finiteness() {
        #expect(!Complex<Double>(1, .nan).isFinite && !Complex<Double>(.infinity, 0).isFinite)
        #expect(Complex<Double>(1, .nan).magnitude1.isNaN)
        #expect(Complex<Double>(1, .nan).realPart == 1)
    }
}

@Suite struct OpenBLASTests {
    @Test func describesItself() {
        #expect(!OpenBLAS.coreName.isEmpty)
        #expect(OpenBLAS.configuration.contains(OpenBLAS.version))
        #expect(OpenBLAS.version.split(separator: ".").count >= 3)
        #if arch(x86_64)
            #expect(OpenBLAS.expectedCoreType.map { ["SkylakeX", "Haswell"].contains($0) } ?? true)
        #endif
    }

    @Test func threadsAreAtLeastOne() {
        let before = OpenBLAS.threads
        OpenBLAS.threads = -3
        #expect(OpenBLAS.threads == 1)
        OpenBLAS.threads = before
        #expect(OpenBLAS.threads == before)
    }
}
