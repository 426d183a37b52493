using System.Net;
using ProxSharp.Pve.Agents;

namespace ProxSharp.Pve.Tests.Agents;

/// <summary>Interfaces and addresses of guests, and waiting for them.</summary>
public sealed class AddressTests
{
    private const string Booting = """
        [{"name":"lo","hardware-address":"00:00:00:00:00:00","ip-addresses":[{"ip-address":"127.0.0.1","ip-address-type":"ipv4","prefix":8},{"ip-address":"::1","ip-address-type":"ipv6","prefix":128}]},
         {"name":"eth0","hardware-address":"bc:24:11:00:00:01","ip-addresses":[{"ip-address":"fe80::1%2","ip-address-type":"ipv6","prefix":64},{"ip-address":"169.254.3.4","ip-address-type":"ipv4","prefix":16}]},{"name":"ifb0"}]
        """;

    private const string Ready = """
        [{"name":"docker0","ip-addresses":[{"ip-address":"172.17.0.1","ip-address-type":"ipv4","prefix":16}]},
         {"name":"eth0","ip-addresses":[{"ip-address":"2001:db8::5","ip-address-type":"ipv6","prefix":64},{"ip-address":"10.0.0.5","ip-address-type":"ipv4","prefix":24}],"statistics":{"rx-bytes":1,"rx-packets":2,"rx-errs":3,"rx-dropped":4,"tx-bytes":5,"tx-packets":6,"tx-errs":7,"tx-dropped":8}}]
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListNetworkInterfaces_OfAMachine_TellsUsableAddresses(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data($$$"""{"result":{{{Ready}}}}"""));
        IReadOnlyList<GuestInterface> interfaces = sync ? stub.Vm.Agent.ListNetworkInterfaces(Token) : await stub.Vm.Agent.ListNetworkInterfacesAsync(Token);
        Assert.Equal(["docker0", "eth0"], interfaces.Select(static found => found.Name));
        Assert.Equal("2001:db8::5/64 10.0.0.5/24", string.Join(' ', interfaces[1].UsableAddresses));
        Assert.Equal(
            new GuestTraffic { ReceivedBytes = 1, ReceivedPackets = 2, ReceiveErrors = 3, ReceiveDrops = 4, SentBytes = 5, SentPackets = 6, SendErrors = 7, SendDrops = 8 },
            interfaces[1].Traffic);
        Assert.Null(interfaces[0].Traffic);
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.9.9.9", false)]
    [InlineData("169.254.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("169.253.0.1", true)]
    [InlineData("192.168.0.1", true)]
    [InlineData("::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("fd00::1", true)]
    [InlineData("2001:db8::1", true)]
    public void IsUsable_OfAnAddress_TellsWhetherOthersReachIt(string address, bool usable) =>
        Assert.Equal(usable, new GuestAddress(IPAddress.Parse(address), null).IsUsable);

    [Theory]
    [InlineData(AddressPreference.IPv4First, null, "172.17.0.1")]
    [InlineData(AddressPreference.IPv4First, "eth0", "10.0.0.5")]
    [InlineData(AddressPreference.IPv6First, null, "2001:db8::5")]
    [InlineData(AddressPreference.IPv6Only, "eth0", "2001:db8::5")]
    [InlineData(AddressPreference.IPv4Only, "eth0", "10.0.0.5")]
    [InlineData(AddressPreference.IPv6First, "docker0", "172.17.0.1")]
    public async Task WaitForAddress_SeveralAddresses_TakesTheWantedOne(AddressPreference preference, string? name, string expected)
    {
        using StubCluster stub = new(static _ => StubCluster.Data($$$"""{"result":{{{Ready}}}}"""));
        AddressWaitOptions options = new() { Preference = preference, Interface = name };
        Assert.Equal(IPAddress.Parse(expected), await stub.Vm.Agent.WaitForAddressAsync(options, Token));
        Assert.Equal(IPAddress.Parse(expected), stub.Vm.Agent.WaitForAddress(options, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WaitForAddress_GuestThatBoots_WaitsThroughIt(bool sync)
    {
        int looks = 0;
        using StubCluster stub = new(
            _ => Interlocked.Increment(ref looks) switch
            {
                1 => StubCluster.Failure(500, "VM 100 is not running"),
                2 => StubCluster.Failure(500, "QEMU guest agent is not running"),
                3 => StubCluster.Data($$$"""{"result":{{{Booting}}}}"""),
                _ => StubCluster.Data($$$"""{"result":{{{Ready}}}}"""),
            },
            new LeapingTime());
        AddressWaitOptions options = new() { Interface = "eth0" };
        Assert.Equal(IPAddress.Parse("10.0.0.5"), sync ? stub.Vm.Agent.WaitForAddress(options, Token) : await stub.Vm.Agent.WaitForAddressAsync(options, Token));
        Assert.Equal(4, looks);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WaitForAddress_NoAgentInTime_TellsWhy(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Failure(500, "QEMU guest agent is not running"), new LeapingTime());
        AddressWaitOptions options = new() { Timeout = TimeSpan.FromSeconds(10) };
        TimeoutException exception = await Assert.ThrowsAsync<TimeoutException>(
            async () => _ = sync ? stub.Vm.Agent.WaitForAddress(options, Token) : await stub.Vm.Agent.WaitForAddressAsync(options, Token));
        Assert.Equal(6, stub.Handler.Calls.Count);
        Assert.StartsWith("VM 100 did not get an address within 10 s. The guest agent of VM 100 does not answer.", exception.Message, StringComparison.Ordinal);
        Assert.IsType<GuestAgentUnavailableException>(exception.InnerException);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WaitForAddress_MachineIsOff_WaitsForItsStart(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Failure(500, "VM 100 is not running"), new LeapingTime());
        AddressWaitOptions options = new() { Timeout = TimeSpan.FromSeconds(10) };
        TimeoutException exception = await Assert.ThrowsAsync<TimeoutException>(
            async () => _ = sync ? stub.Vm.Agent.WaitForAddress(options, Token) : await stub.Vm.Agent.WaitForAddressAsync(options, Token));
        Assert.Equal(6, stub.Handler.Calls.Count);
        Assert.False(Assert.IsType<GuestAgentUnavailableException>(exception.InnerException).IsTransient);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WaitForAddress_AgentSwitchedOff_DoesNotWait(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Failure(500, "No QEMU guest agent configured"), new LeapingTime());
        await Assert.ThrowsAsync<GuestAgentUnavailableException>(
            async () => _ = sync ? stub.Vm.Agent.WaitForAddress(null, Token) : await stub.Vm.Agent.WaitForAddressAsync(null, Token));
        Assert.Single(stub.Handler.Calls);
    }

    [Theory]
    [InlineData(true, """[{"name":"lo","hwaddr":"00:00:00:00:00:00","inet":"127.0.0.1/8"},{"name":"eth0","hwaddr":"bc:24:11:00:00:02","inet":"10.0.0.6/24","inet6":"fe80::2/64"}]""")]
    [InlineData(false, """[{"name":"lo","hwaddr":"00:00:00:00:00:00","inet":"127.0.0.1/8"},{"name":"eth0","hwaddr":"bc:24:11:00:00:02","inet":"10.0.0.6/24","inet6":"fe80::2/64"}]""")]
    [InlineData(true, """[{"name":"lo","ip-addresses":[]},{"name":"eth0","hardware-address":"bc:24:11:00:00:02","hwaddr":"bc:24:11:00:00:02","ip-addresses":[{"ip-address":"10.0.0.6","prefix":"24"},{"ip-address":"fe80::2","prefix":64}]}]""")]
    [InlineData(false, """[{"name":"lo","ip-addresses":[]},{"name":"eth0","hardware-address":"bc:24:11:00:00:02","hwaddr":"bc:24:11:00:00:02","ip-addresses":[{"ip-address":"10.0.0.6","prefix":"24"},{"ip-address":"fe80::2","prefix":64}]}]""")]
    public async Task WaitForAddress_OfAContainer_ReadsOldAndNewAnswers(bool sync, string answer)
    {
        using StubCluster stub = new(_ => StubCluster.Data(answer));
        Assert.Equal(IPAddress.Parse("10.0.0.6"), sync ? stub.Container.WaitForAddress(null, Token) : await stub.Container.WaitForAddressAsync(null, Token));
        GuestInterface card = (sync ? stub.Container.ListNetworkInterfaces(Token) : await stub.Container.ListNetworkInterfacesAsync(Token))[1];
        Assert.Equal(("bc:24:11:00:00:02", "10.0.0.6/24 fe80::2/64"), (card.HardwareAddress, string.Join(' ', card.Addresses)));
    }
}
