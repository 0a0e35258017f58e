import Launcher
import Testing

@Suite struct HostListTests {
    @Test func hostsWithWhatTheySay() throws {
        let text = """
            # two machines
            node1 slots=32

            node2.example.org   slots=64 user=admin port=2222 address=10.0.0.2   # the big one
            192.0.2.7
            """
        #expect(
            try Host.parse(text, path: "f") == [
                Host("node1", slots: 32),
                Host("node2.example.org", slots: 64, user: "admin", port: 2222, address: "10.0.0.2"),
                Host("192.0.2.7"),
            ])
    }

    @Test(arguments: [
        ("", "f: expected a line 'HOST slots=N' for each host, found none"),
        ("-oProxyCommand=id slots=1", "f:1: expected a host's name or address, found '-oProxyCommand=id'"),
        ("a$(id)", "f:1: expected a host's name or address, found 'a$(id)'"),
        ("a'b", "f:1: expected a host's name or address, found 'a'b'"),
        ("ok\na slots=0", "f:2: expected slots=N with N from 1 to 4096, found 'slots=0'"),
        (
            "a slots=99999999999999999999",
            "f:1: expected slots=N with N from 1 to 4096, found 'slots=99999999999999999999'"
        ),
        ("a slots=+4", "f:1: expected slots=N with N from 1 to 4096, found 'slots=+4'"),
        ("a slots", "f:1: expected slots=N with N from 1 to 4096, found 'slots'"),
        ("a port=65536", "f:1: expected port=N with N from 1 to 65535, found 'port=65536'"),
        ("a user=-l", "f:1: expected user=NAME, found 'user=-l'"),
        ("a address=10.0.0", "f:1: expected address=A.B.C.D, found 'address=10.0.0'"),
        ("a max_slots=4", "f:1: expected slots=, user=, port= or address=, found 'max_slots=4'"),
        ("a\na", "f:2: expected each host once, found 'a'"),
    ]) func faultsNameTheirLine(_ text: String, _ fault: String) {
        #expect {
            try Host.parse(text, path: "f")
        } throws: { error in
            (error as? NodeError)?.lines == [fault] && (error as? NodeError)?.exitStatus == 2
        }
    }

    @Test func everyFaultIsTold() {
        #expect {
            try Host.parse("a slots=0\nb port=x\n", path: "f")
        } throws: { ($0 as? NodeError)?.lines.count == 2 }
    }

    @Test(arguments: ["10.0.0", "10.0.0.256", "1.2.3.4.5", "1.2.3.x", "", "1..2.3", "0001.2.3.4"])
    func addressesThatAreNone(_ text: String) { #expect(IPv4(text) == nil) }

    @Test(arguments: [
        ("10.0.17.5/20", "10.0.16.0/20"), ("192.168.1.9/24", "192.168.1.0/24"), ("10.1.2.3/32", "10.1.2.3/32"),
        ("10.1.2.3/0", "0.0.0.0/0"),
    ]) func networks(_ text: String, _ network: String) throws {
        #expect(try #require(NetworkInterface("eth0", text)).network == network)
    }
}
