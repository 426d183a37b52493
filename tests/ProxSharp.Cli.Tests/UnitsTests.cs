using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Output;
using ProxSharp.Pbs.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Tests;

public sealed class UnitsTests
{
    [Theory]
    [InlineData("netin", "2 KiB/s")]
    [InlineData("diskwrite", "2 KiB/s")]
    [InlineData("mem", "2 KiB")]
    public void Chart_Rates_ArePerSecond(string name, string text)
    {
        using System.Text.Json.JsonDocument points = System.Text.Json.JsonDocument.Parse($$"""[{"time":1767232800,"{{name}}":2048}]""");

        Charts.ChartSeries series = Charts.ChartReader.Read(points.RootElement, name);

        Assert.Equal(text, Charts.ChartScale.Text(2048, series.Unit));
        Assert.Contains(text, Charts.BrailleChart.Draw(series, 60, 6, plain: false)[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1023, "1023 B")]
    [InlineData(1048575, "1 MiB")]
    [InlineData(1073700000, "1 GiB")]
    [InlineData(1073600000, "1023.9 MiB")]
    [InlineData(-1073700000, "-1 GiB")]
    public void Bytes_ThatWouldBeRoundedUpToTheNextUnit_AreWrittenInIt(double bytes, string text) => Assert.Equal(text, ValueRenderer.Bytes(bytes));

    [Theory]
    [InlineData("pve", "/cluster/resources", "disk", "bytes")]
    [InlineData("pve", "/cluster/resources", "maxmem", "bytes")]
    [InlineData("pve", "/nodes/{node}/qemu/{vmid}/status/current", "uptime", "duration")]
    [InlineData("pve", "/nodes/{node}/qemu", "cpu", "fraction_as_percentage")]
    [InlineData("pve", "/nodes/{node}/qemu", "netin", "bytes")]
    [InlineData("pve", "/nodes/{node}/tasks", "starttime", "timestamp")]
    [InlineData("pve", "/nodes/{node}/tasks", "endtime", "timestamp")]
    [InlineData("pve", "/nodes/{node}/disks/list", "size", "bytes")]
    [InlineData("pve", "/nodes/{node}/storage/{storage}/content", "ctime", "timestamp")]
    [InlineData("pve", "/nodes/{node}/qemu/{vmid}/rrddata", "time", "timestamp")]
    [InlineData("pve", "/nodes/{node}/ceph/pool", "size", null)]
    [InlineData("pve", "/nodes/{node}/lxc/{vmid}/config", "memory", null)]
    [InlineData("pve", "/nodes/{node}/lxc/{vmid}/config", "size", null)]
    [InlineData("pve", "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config", "snaptime", "timestamp")]
    [InlineData("pve", "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config", "memory", null)]
    [InlineData("pve", "/cluster/ha/status/current", "vmid", null)]
    [InlineData("pbs", "/admin/datastore/{store}/snapshots", "backup-time", "timestamp")]
    [InlineData("pbs", "/admin/datastore/{store}/snapshots", "size", "bytes")]
    [InlineData("pbs", "/admin/datastore/{store}/groups", "last-backup", "timestamp")]
    [InlineData("pbs", "/status/datastore-usage", "avail", "bytes")]
    [InlineData("pbs", "/nodes/{node}/tasks", "starttime", "timestamp")]
    [InlineData("pbs", "/nodes/{node}/status", "uptime", "duration")]
    [InlineData("pbs", "/nodes/{node}/time", "time", "timestamp")]
    [InlineData("pbs", "/nodes/{node}/time", "localtime", "timestamp_gmt")]
    [InlineData("pve", "/nodes/{node}/time", "localtime", "timestamp_gmt")]
    [InlineData("pbs", "/nodes/{node}/rrd", "memused", "bytes")]
    [InlineData("pbs", "/nodes/{node}/rrd", "iowait", "fraction_as_percentage")]
    [InlineData("pbs", "/nodes/{node}/rrd", "read_ios", null)]
    [InlineData("pbs", "/admin/datastore/{store}/rrd", "available", "bytes")]
    [InlineData("pve", "/nodes/{node}/rrddata", "memtotal", "bytes")]
    public void Of_Endpoint_GivesTheUnitsOfItsMembers(string product, string path, string member, string? unit)
    {
        ApiSchema schema = product == "pbs" ? PbsApiSchema.Embedded : PveApiSchema.Embedded;
        ApiEndpoint endpoint = Assert.IsType<ApiEndpoint>(schema.Find(ApiMethod.Get, path));

        ResultShape shape = ResultShapes.Of(endpoint);

        Assert.Equal(unit, shape.Renderers.GetValueOrDefault(member));
    }

    [Fact]
    public void Of_MemberWhoseUnitTheSchemaDeclares_KeepsIt()
    {
        IEnumerable<(ApiEndpoint Endpoint, string Name, string Unit)> declared =
            from endpoint in PveApiSchema.Embedded.Endpoints
            let shape = endpoint.Returns.Items ?? endpoint.Returns
            from member in shape.Properties
            where member.Value.Renderer is not null
            select (endpoint, member.Key, member.Value.Renderer!);

        Assert.All(declared, static item => Assert.Equal(item.Unit, ResultShapes.Of(item.Endpoint).Renderers[item.Name]));
    }
}
