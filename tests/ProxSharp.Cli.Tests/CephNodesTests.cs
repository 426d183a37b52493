using System.Text.Json;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Tests;

/// <summary>On which node a disk or a daemon of Ceph is, told by the lists of all of them.</summary>
public sealed class CephNodesTests
{
    private const string Tree =
        """
        {"flags":"","root":{"leaf":0,"children":[{"type":"root","name":"default","children":[
          {"type":"host","name":"pve1","children":[{"type":"osd","id":"0","name":"osd.0"},{"type":"osd","id":1,"name":"osd.1","host":"pve3"}]},
          {"type":"rack","name":"r2","children":[{"type":"host","name":"pve2","children":[{"type":"osd","id":"10","name":"osd.10"}]}]},
          {"type":"osd","id":"4","name":"osd.4"}]}]}}
        """;

    [Theory]
    [InlineData("0", "pve1")]
    [InlineData("1", "pve3")]
    [InlineData("10", "pve2")]
    [InlineData("4", null)]
    [InlineData("7", null)]
    public void Disk_InTheTree_IsOnItsHost(string id, string? expected) => Assert.Equal(expected, CephNodes.OfDisk(Json(Tree), id, null));

    [Theory]
    [InlineData("a", "pve2")]
    [InlineData("lost", null)]
    [InlineData("nosuch", null)]
    public void Daemon_InTheList_IsOnItsHost(string id, string? expected) =>
        Assert.Equal(expected, CephNodes.OfDaemon(Json("""[{"name":"lost"},{"name":"a","host":"pve2"}]"""), id));

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    public void Answer_WithoutATree_TellsNothing(string json)
    {
        Assert.Null(CephNodes.OfDisk(Json(json), "0", null));
        Assert.Null(CephNodes.OfDaemon(Json(json), "0"));
    }

    [Theory]
    [InlineData("POST", "start", "osd.3", "osd 3")]
    [InlineData("POST", "stop", "mon.pve1", "mon pve1")]
    [InlineData("POST", "restart", "mds.a", "mds a")]
    [InlineData("POST", "restart", "osd", "")]
    [InlineData("POST", "restart", "ceph.target", "")]
    [InlineData("POST", "restart", null, "")]
    [InlineData("DELETE", "osd/{osdid}", null, "osd {osdid}")]
    [InlineData("DELETE", "mon/{monid}", null, "mon {monid}")]
    [InlineData("POST", "mon/{monid}", null, "")]
    [InlineData("GET", "osd", null, "")]
    public void Call_OnOneThing_TellsWhich(string method, string path, string? service, string expected)
    {
        ApiEndpoint endpoint = SchemaSource.Embedded(ProxmoxProduct.VirtualEnvironment).Endpoints
            .Single(one => one.ToString() == $"{method} /nodes/{{node}}/ceph/{path}");

        Assert.Equal(expected, string.Join(' ', CephNodes.Meant(endpoint, service)));
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
