import Jobs
import JobFiles
import Tessera
CoreType.correct()
let job = try JobFile.load(path: CommandLine.arguments[1])
try Tessera.run { world in try Jobs.run(job, options: RunOptions(), on: world) }
