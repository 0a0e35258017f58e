import Launcher
import Testing

@Suite struct ORTEMessagesTests {
    @Test func aRankThatWasKilled() {
        let text = """
            --------------------------------------------------------------------------
            Primary job  terminated normally, but 1 process returned
            a non-zero exit code. Per user-direction, the job has been aborted.
            --------------------------------------------------------------------------
            --------------------------------------------------------------------------
            mpirun noticed that process rank 1 with PID 4242 on node node2 exited on signal 9 (Killed).
            --------------------------------------------------------------------------
            """
        let found = ORTEFailure.all(in: text)
        #expect(found.map(\.kind) == [.rankKilled(rank: 1, node: "node2", signal: 9)])
        #expect(
            found.first?.message
                == "rank 1 on node node2 was ended by signal 9 (SIGKILL): by hand, or by the kernel because memory ran out"
        )
    }

    @Test func nodesHaveTheUsersNamesAndConsequencesAreNoCauses() {
        let text = """
            WARNING: Open MPI failed to TCP connect to a peer MPI process.
            mpirun noticed that process rank 1 with PID 80 on node 10.0.0.2 exited on signal 9 (Killed).
            """
        let found = ORTEFailure.all(in: text, names: ["10.0.0.2": "node2"])
        #expect(found.map(\.kind) == [.rankKilled(rank: 1, node: "node2", signal: 9)])
        #expect(found.first?.message.hasPrefix("rank 1 on node node2 was ended") == true)
    }

    @Test func aRankThatFailed() {
        let text = """
            mpirun detected that one or more processes exited with non-zero status, thus causing
            the job to be terminated. The first process to do so was:

              Process name: [[45063,1],2]
              Exit code:    7
            """
        #expect(ORTEFailure.all(in: text).map(\.kind) == [.rankFailed(rank: 2, node: nil, status: 7)])
    }

    @Test func aNodeThatIsGone() {
        let text = """
            ORTE has lost communication with a remote daemon.

              HNP daemon   : [[12345,0],0] on node node1
              Remote daemon: [[12345,0],2] on node node3

            This is usually due to either a failure of the TCP network
            connection to the node, or possibly an internal failure of
            the daemon itself. We cannot recover from this failure, and
            therefore will terminate the job.
            """
        #expect(ORTEFailure.all(in: text).map(\.kind) == [.nodeLost("node3")])
    }

    @Test func daemonsThatDoNotStart() {
        let text = "ORTE was unable to reliably start one or more daemons.\nThis usually is caused by:\n"
        #expect(ORTEFailure.all(in: text).map(\.kind) == [.notStarted])
    }

    @Test func libraryAndProgramThatAreMissing() {
        let text = "tessera: error while loading shared libraries: libopenblas.so.0: cannot open shared object file"
        #expect(ORTEFailure.all(in: text).map(\.message) == ["a library is missing on a node: libopenblas.so.0"])
        let other = "mpirun was unable to find the specified executable file, and therefore did not launch the job."
        #expect(ORTEFailure.all(in: other).map(\.kind) == [.programMissing])
    }

    @Test func whatIsNotUnderstoodIsNotExplained() {
        #expect(ORTEFailure.all(in: "tessera: the matrix is singular").isEmpty)
        #expect(ORTEFailure.all(in: "").isEmpty)
    }
}
