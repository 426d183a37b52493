using ProxSharp.Mcp.Tools;
using ProxSharp.Pbs.Api;
using ProxSharp.Pve.Api;

namespace ProxSharp.Mcp.Tests;

/// <summary>Whoever does not know the paths writes what is to be done, and finds it among the first three.</summary>
public sealed class ApiSearchTests
{
    [Theory]
    [InlineData("prune job", "POST /config/prune")]
    [InlineData("sync job", "POST /config/sync")]
    [InlineData("verify job", "POST /config/verify")]
    [InlineData("backup job", "POST /cluster/backup")]
    [InlineData("replication job", "POST /cluster/replication")]
    [InlineData("console", "POST /nodes/{node}/qemu/{vmid}/vncproxy")]
    [InlineData("reboot", "POST /nodes/{node}/qemu/{vmid}/status/reboot")]
    [InlineData("restart vm", "POST /nodes/{node}/qemu/{vmid}/status/reboot")]
    [InlineData("shutdown vm", "POST /nodes/{node}/qemu/{vmid}/status/shutdown")]
    [InlineData("power off vm", "POST /nodes/{node}/qemu/{vmid}/status/stop")]
    [InlineData("start container", "POST /nodes/{node}/lxc/{vmid}/status/start")]
    [InlineData("delete snapshot", "DELETE /nodes/{node}/qemu/{vmid}/snapshot/{snapname}")]
    [InlineData("list snapshots of a vm", "GET /nodes/{node}/qemu/{vmid}/snapshot")]
    [InlineData("resize disk", "PUT /nodes/{node}/qemu/{vmid}/resize")]
    [InlineData("move disk", "POST /nodes/{node}/qemu/{vmid}/move_disk")]
    [InlineData("who can", "GET /access/acl")]
    [InlineData("permissions of a user", "GET /access/permissions")]
    [InlineData("create vm", "POST /nodes/{node}/qemu")]
    [InlineData("delete VM", "DELETE /nodes/{node}/qemu/{vmid}")]
    [InlineData("change memory of a vm", "PUT /nodes/{node}/qemu/{vmid}/config")]
    [InlineData("restore backup", "POST /nodes/{node}/qemu")]
    [InlineData("guest ip", "GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces")]
    [InlineData("garbage collection", "POST /admin/datastore/{store}/gc", 4)]
    [InlineData("firewall rules", "GET /nodes/{node}/qemu/{vmid}/firewall/rules")]
    [InlineData("upload iso", "POST /nodes/{node}/storage/{storage}/upload")]
    [InlineData("run command in guest", "POST /nodes/{node}/qemu/{vmid}/agent/exec")]
    [InlineData("task log", "GET /nodes/{node}/tasks/{upid}/log")]
    [InlineData("node status", "GET /nodes/{node}/status")]
    [InlineData("add storage", "POST /storage")]
    [InlineData("datastore usage", "GET /status/datastore-usage")]
    public void Find_WordsOfPeople_HasTheOperationAmongTheFirst(string query, string endpoint, int first = 3)
    {
        (IReadOnlyList<ApiHit> found, bool isPart) = ApiSearch.Find([PveApiSchema.Embedded, PbsApiSchema.Embedded], query);

        Assert.False(isPart);
        Assert.Contains(endpoint, found.Take(first).Select(static hit => hit.Endpoint.ToString()));
    }
}
