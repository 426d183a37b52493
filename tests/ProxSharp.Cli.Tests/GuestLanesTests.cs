using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Tests;

/// <summary>How many guests are changed at a time, where they are by then, and how they are found in a large cluster.</summary>
public sealed class GuestLanesTests
{
    [Theory]
    [InlineData(1, 8, "0 3 5")]
    [InlineData(2, 8, "0 1 3 4 5")]
    [InlineData(4, 8, "0 1 2 3 4 5")]
    [InlineData(4, 2, "0 1")]
    [InlineData(1, 2, "0 3")]
    public async Task Run_Limits_StartsAsManyAsTheyAllow(int perNode, int total, string expected)
    {
        GuestSummary[] guests = Guests("pve1 pve1 pve1 pve2 pve2 pve3");
        List<int> started = [];
        TaskCompletionSource never = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool goesOn = true;

        Task run = new GuestLanes(guests, perNode, total).RunAsync(() => goesOn, at =>
        {
            started.Add(at);
            return never.Task;
        });

        Assert.Equal(expected, string.Join(' ', started.Order()));
        goesOn = false;
        never.SetResult();
        await run;
        Assert.Equal(expected, string.Join(' ', started.Order()));
    }

    [Fact]
    public async Task Run_OneEnds_TheNextOfThatNodeBegins()
    {
        GuestSummary[] guests = Guests("pve1 pve1 pve2 pve1");
        TaskCompletionSource[] ends = [.. guests.Select(static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        TaskCompletionSource[] starts = [.. guests.Select(static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];

        Task run = new GuestLanes(guests, perNode: 1, total: 8).RunAsync(static () => true, at =>
        {
            starts[at].SetResult();
            return ends[at].Task;
        });

        Assert.Equal([true, false, true, false], starts.Select(static start => start.Task.IsCompleted));
        ends[0].SetResult();
        await starts[1].Task;
        Assert.False(starts[3].Task.IsCompleted);
        ends[1].SetResult();
        await starts[3].Task;
        ends[2].SetResult();
        ends[3].SetResult();
        await run;
    }

    [Fact]
    public async Task Find_JustChosen_AsksNobody()
    {
        FakeTimeProvider time = new();
        GuestSummary[] guests = Guests("pve1 pve2");

        // No server is behind the client: whoever asked one would fail here.
        await using Pve.PveClient pve = Pve.PveClient.Connect("https://127.0.0.1:1", Authentication.ProxmoxCredentials.ApiToken("a@pve!b", "secret"));
        FreshGuests fresh = new(pve, guests, time, time.GetTimestamp());

        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Same(guests[1], await fresh.FindAsync(guests[1], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Index_NumbersAndNames_FindsGuestsAndNodes()
    {
        using JsonDocument resources = JsonDocument.Parse(
            """
            [{"type":"node","node":"pve2"},{"type":"qemu","vmid":200,"name":"web","node":"pve1"},{"type":"lxc","vmid":100,"name":"200","node":"pve2"},
             {"type":"storage","storage":"web","node":"pve1"},{"type":"node","node":"pve1"},{"type":"qemu","vmid":300,"node":"pve1"}]
            """);
        GuestIndex index = new(resources.RootElement);

        Assert.Equal(["100", "200", "300"], index.Places.Select(static place => place.Id));
        Assert.Equal(["pve2", "pve1"], index.Nodes);
        Assert.Equal("200", StateValues.Text(index.Find("web")!.Value, "vmid"));

        // A number is a number even where somebody's name looks like it.
        Assert.Equal("web", StateValues.Text(index.Find("200")!.Value, "name"));
        Assert.Null(index.Find(""));
        Assert.Null(index.Find("pve1"));
        Assert.True(index.Has("300"));
        Assert.False(index.Has("web"));
    }

    private static GuestSummary[] Guests(string nodes) =>
    [
        .. nodes.Split(' ').Select(static (node, at) => new GuestSummary { Id = new VmId(100 + at), Name = $"vm-{at}", Node = node, Type = GuestType.Qemu }),
    ];
}
