import Jobs
import Testing

@Suite struct TextTests {
    @Test(arguments: [1.0, 1.6, 2, 3])
    func everyLetterStaysInItsBox(scale: Double) {
        let letters = (33..<127).map { Character(UnicodeScalar(UInt8($0))) } + Array("²³°±×µ–é")
        for letter in letters {
            let size = Picture.size(of: String(letter), scale: scale)
            var picture = Picture(width: size.width + 10, height: size.height + 10)
            picture.write(String(letter), x: 5, y: 5, scale: scale)
            var inside = 0
            for y in 0..<picture.height {
                for x in 0..<picture.width where picture[x, y] != .white {
                    inside += 1
                    // The pen's rim may touch the pixels around the box.
                    #expect((4..<size.width + 6).contains(x) && (4..<size.height + 6).contains(y), "\(letter)")
                }
            }
            #expect(inside > 0, "\(letter)")
        }
    }

    @Test func lettersDiffer() {
        func image(_ letter: Character) -> Picture {
            var picture = Picture(width: 20, height: 24)
            picture.write(String(letter), x: 3, y: 3, scale: 2)
            return picture
        }
        let images = (32..<127).map { image(Character(UnicodeScalar(UInt8($0)))) }
        for first in images.indices {
            for second in images.indices.dropFirst(first + 1) { #expect(images[first] != images[second]) }
        }
    }

    @Test func textOutsideThePictureIsCut() {
        var picture = Picture(width: 8, height: 8)
        picture.write("clipped on every side", x: -20, y: -4, scale: 2)
        picture = Picture(width: 8, height: 8)
        picture.fill(Box(x: 20, y: 20, width: 5, height: 5), with: .ink)
        picture.fill(Box(x: 6, y: -3, width: 50, height: 5), with: .ink)
        #expect(picture[7, 1] == .ink && picture[5, 1] == .white && picture[7, 2] == .white)
    }
}
