import Foundation

/// A colour of the screen: sRGB, eight bits a component.
package struct Colour: Hashable, Sendable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// From `0xRRGGBB`.
    package init(_ hexadecimal: UInt32) {
        self.init(
            red: UInt8(truncatingIfNeeded: hexadecimal >> 16), green: UInt8(truncatingIfNeeded: hexadecimal >> 8),
            blue: UInt8(truncatingIfNeeded: hexadecimal))
    }

    package static let white = Colour(0xFFFFFF)
    /// Text, frames and ticks.
    package static let ink = Colour(0x262626)
    /// Cells without a value.
    package static let missing = Colour(0xB4B4B4)

    /// The colour `share` of the way to another, component by component.
    package func mixed(with other: Colour, share: Double) -> Colour {
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
            UInt8((Double(a) + (Double(b) - Double(a)) * min(max(share, 0), 1)).rounded())
        }
        return Colour(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }

    /// Darker towards black for a factor below one, lighter towards white above one.
    package func lit(by factor: Double) -> Colour {
        factor < 1 ? mixed(with: Colour(0x000000), share: 1 - factor) : mixed(with: .white, share: factor - 1)
    }
}

/// A colour in the space in which equal distances look equally large.
///
/// B. Ottosson, "A perceptual color space for image processing" (Oklab), 2020.
struct Oklab: Sendable {
    var lightness: Double
    var a: Double
    var b: Double

    init(_ colour: Colour) {
        let (red, green, blue) = (linear(colour.red), linear(colour.green), linear(colour.blue))
        let l = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
        let m = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
        let s = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
        lightness = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s
        a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s
        b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
    }

    /// The nearest colour that a screen can show.
    var colour: Colour {
        func cube(_ x: Double) -> Double { x * x * x }
        let l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
        let m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
        let s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
        return Colour(
            red: encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
            green: encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
            blue: encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s))
    }

    func distance(to other: Oklab) -> Double {
        let (dl, da, db) = (lightness - other.lightness, a - other.a, b - other.b)
        return (dl * dl + da * da + db * db).squareRoot()
    }

    func mixed(with other: Oklab, share: Double) -> Oklab {
        var mix = self
        mix.lightness += (other.lightness - lightness) * share
        mix.a += (other.a - a) * share
        mix.b += (other.b - b) * share
        return mix
    }
}

/// sRGB's transfer function (IEC 61966-2-1), from the stored byte to light.
private func linear(_ component: UInt8) -> Double {
    let x = Double(component) / 255
    return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4)
}

private func encoded(_ light: Double) -> UInt8 {
    let x = min(max(light, 0), 1)
    return UInt8(((x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1 / 2.4) - 0.055) * 255).rounded())
}
