// A picture survives the way through a file, and a failure leaves nothing behind.

import CPNG
import Failures
import Foundation
import Jobs
import TestSupport
import Testing

@Suite struct PNGTests {
    /// Red, green, blue of each pixel, as libpng reads them.
    private func decoded(_ file: [UInt8]) throws -> (width: Int, height: Int, pixels: [UInt8]) {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        try #require(png_image_begin_read_from_memory(&image, file, file.count) != 0)
        image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
        var pixels = [UInt8](repeating: 0, count: 3 * Int(image.width) * Int(image.height))
        try #require(png_image_finish_read(&image, nil, &pixels, 0, nil) != 0)
        return (Int(image.width), Int(image.height), pixels)
    }

    private func sample(width: Int, height: Int) -> Picture {
        var picture = Picture(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                picture[x, y] = Colour(UInt32((x * 7919 + y * 104_729 + x * y) & 0xFFFFFF))
            }
        }
        return picture
    }

    @Test(arguments: [(1, 1), (1, 17), (33, 2), (120, 75)])
    func pixelsSurviveTheFile(width: Int, height: Int) throws {
        try withTemporaryFolder { folder in
            let picture = sample(width: width, height: height)
            let path = folder + "/picture.png"
            try picture.write(toPNG: path)
            let found = try decoded(Array(Data(contentsOf: URL(fileURLWithPath: path))))
            #expect(found.width == width && found.height == height)
            #expect(found.pixels == picture.pixels)
        }
    }

    @Test func aFileIsReplacedAsAWhole() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/picture.png"
            try sample(width: 200, height: 200).write(toPNG: path)
            try sample(width: 3, height: 2).write(toPNG: path)
            #expect(try decoded(Array(Data(contentsOf: URL(fileURLWithPath: path)))).width == 3)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["picture.png"])
        }
    }

    @Test func aMissingFolderIsAFileError() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/missing/picture.png"
            do {
                try sample(width: 2, height: 2).write(toPNG: path)
                Issue.record("the file was written")
            } catch TesseraError.file(let named, let reason) {
                #expect(named == path)
                #expect(reason.contains("No such file or directory"))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }
}
