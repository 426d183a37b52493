using System.Text;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Agents;

/// <summary>A guest with files, as much as writing them needs: file-write overwrites, and a shell appends what base64 decodes.</summary>
internal sealed class ScriptedGuest(string system)
{
    public Dictionary<string, byte[]> Files { get; } = [];

    public HttpResponseMessage Answer(StubCall call)
    {
        switch (StubCluster.PathOf(call).Split('/')[^1])
        {
            case "get-osinfo":
                return StubCluster.Data($$$"""{"result":{"id":"{{{system}}}"}}""");
            case "file-write":
                Assert.Equal(["0"], StubCluster.Values(call, "encode"));
                string content = StubCluster.Values(call, "content")[0];
                Assert.True(content.Length <= 61440, "The server takes no more.");
                Files[StubCluster.Values(call, "file")[0]] = Convert.FromBase64String(content);
                return StubCluster.Data("null");
            case "exec":
                string[] command = StubCluster.Values(call, "command");
                Assert.Equal(["/bin/sh", "-c", "base64 -d >> \"$1\"", "sh"], command[..4]);
                Files[command[4]] = [.. Files[command[4]], .. Convert.FromBase64String(StubCluster.Values(call, "input-data")[0])];
                return StubCluster.Data("""{"pid":1}""");
            case "exec-status":
                return StubCluster.Data("""{"exited":1,"exitcode":0}""");
            default:
                return StubCluster.Failure(501, $"Method '{call.Method} {Encoding.UTF8.GetString(call.Body)}' not implemented");
        }
    }
}
