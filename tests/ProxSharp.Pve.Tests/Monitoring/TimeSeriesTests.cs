using System.Globalization;
using System.Text.Json;
using ProxSharp.Monitoring;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Monitoring;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Monitoring;

/// <summary>Metrics over time: recorded answers, and the simulator's.</summary>
public sealed class TimeSeriesTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetRrd_RecordedHourOfANode_KeepsGapsAndEveryValue(bool sync)
    {
        string answer = Recorded("347-node-rrddata");
        using StubCluster stub = new(_ => StubHandler.Json(answer));
        Node node = stub.Pve.Nodes["pve1"];
        NodeTimeSeries series = sync ? node.GetRrd(NodeRrdTimeframe.Hour, RrdConsolidation.MAX, Token) : await node.GetRrdAsync(NodeRrdTimeframe.Hour, RrdConsolidation.MAX, Token);
        Assert.EndsWith("/nodes/pve1/rrddata?timeframe=hour&cf=MAX", stub.Handler.Calls[0].Target, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(answer);
        JsonElement[] rows = [.. document.RootElement.GetProperty("data").EnumerateArray()];
        Assert.Equal((rows.Length, TimeSpan.FromMinutes(1), 19), (series.Count, series.Step, series.Columns.Count));
        for (int index = 0; index < rows.Length; index++)
        {
            Assert.Equal(rows[index].GetProperty("time").GetInt64(), series.Times[index].ToUnixTimeSeconds());
            foreach (TimeSeriesColumn column in series.Columns)
            {
                Assert.Equal(rows[index].TryGetProperty(column.Name, out JsonElement value) ? value.GetDouble() : null, column[index]);
            }
        }

        Assert.Null(series.Cpu[0]);
        Assert.True(double.IsNaN(series.Cpu.Values.Span[0]));
        Assert.Equal((2.0, 25276026880.0, 2.0), (series.Cores.Latest, series.MemoryTotal.Maximum, series.Cores.Average));
        Assert.InRange(series.Cpu.Maximum!.Value, series.Cpu.Average!.Value, 1.0);
        Assert.InRange(series.CpuPressureSome.Latest!.Value, 0, 100);
        Assert.Equal(rows[^1].GetProperty("netin").GetDouble(), series.NetworkIn.Latest);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetRrd_RecordedHourOfAMachineAndAStorage_IsTyped(bool sync)
    {
        using StubCluster stub = new(static call => StubHandler.Json(Recorded(call.Target.Contains("/storage/", StringComparison.Ordinal) ? "230-rrddata-storage" : "363-vm-rrddata")));
        GuestTimeSeries guest = sync ? stub.Vm.GetRrd(RrdTimeframe.Hour, null, Token) : await stub.Vm.GetRrdAsync(RrdTimeframe.Hour, null, Token);
        Assert.Equal(TimeSpan.FromMinutes(1), guest.Step);
        Assert.Contains("/nodes/pve1/qemu/100/rrddata?timeframe=hour", stub.Handler.Calls[0].Target, StringComparison.Ordinal);
        Storage storage = stub.Pve.Nodes["pve1"].Storages["local"];
        StorageTimeSeries space = sync ? storage.GetRrd(RrdTimeframe.Hour, null, Token) : await storage.GetRrdAsync(RrdTimeframe.Hour, null, Token);
        Assert.Equal(270553174016, space.Total.Latest);
        Assert.True(space.Used.Minimum < space.Used.Maximum);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetRrd_OddRows_AreReadAsFarAsTheyGo(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data("""[{"time":"60","cpu":"0.5","new":1},7,{"time":120,"cpu":"N/A"},{"time":240,"cpu":0.25,"late":3}]"""));
        GuestTimeSeries series = sync ? stub.Container.GetRrd(RrdTimeframe.Day, null, Token) : await stub.Container.GetRrdAsync(RrdTimeframe.Day, null, Token);
        Assert.Equal((3, TimeSpan.FromSeconds(60)), (series.Count, series.Step));
        Assert.Equal([0.5, null, 0.25], Enumerable.Range(0, 3).Select(index => series.Cpu[index]));
        Assert.Equal([1.0, null, null], Enumerable.Range(0, 3).Select(index => series["new"][index]));
        Assert.Equal([null, null, 3.0], Enumerable.Range(0, 3).Select(index => series["late"][index]));
        Assert.True(series["nothing"].IsEmpty);
        Assert.Null(series["nothing"].Average);
        Assert.False(series.TryGetColumn("nothing", out _));
        Assert.Equal(["cpu", "late", "new"], series.Columns.Select(static column => column.Name));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetRrd_NothingRecordedYet_IsEmpty(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data("[]"));
        GuestTimeSeries series = sync ? stub.Vm.GetRrd(RrdTimeframe.Hour, null, Token) : await stub.Vm.GetRrdAsync(RrdTimeframe.Hour, null, Token);
        Assert.Equal((0, TimeSpan.Zero, 0, null), (series.Count, series.Step, series.Cpu.Count, series.Cpu.Latest));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetRrd_OfAServer_HasTimesInOrder(bool sync)
    {
        Node node = cluster.Pve.Nodes[cluster.Node];
        NodeTimeSeries series = sync ? node.GetRrd(NodeRrdTimeframe.Hour, null, Token) : await node.GetRrdAsync(NodeRrdTimeframe.Hour, null, Token);
        Assert.Equal(series.Times.Order(), series.Times);
        Assert.All(series.Columns, column => Assert.Equal(series.Count, column.Count));
    }

    private static string Recorded(string name)
    {
        string folder = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(folder, "tests", "Recordings")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The recordings are not there.");
        }

        using JsonDocument recording = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "tests", "Recordings", "pve", "samples", string.Create(CultureInfo.InvariantCulture, $"{name}.json"))));
        return recording.RootElement.GetProperty("response").GetProperty("bodyText").GetString()!;
    }
}
