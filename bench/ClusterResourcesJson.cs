using System.Globalization;
using System.Text;

namespace ProxSharp.Bench;

/// <summary>Makes the answer of <c>GET /cluster/resources</c> for a large cluster, member for member like a recorded one.</summary>
internal static class ClusterResourcesJson
{
    /// <summary>Returns the whole envelope as UTF-8; about 300 bytes a guest.</summary>
    public static byte[] Create(int guests)
    {
        StringBuilder json = new(guests * 310);
        json.Append("{\"data\":[");
        for (int i = 0; i < guests; i++)
        {
            Append(json, i);
            json.Append(i + 1 < guests ? "," : "]}");
        }

        return Encoding.UTF8.GetBytes(json.ToString());
    }

    private static void Append(StringBuilder json, int i)
    {
        bool container = i % 3 == 0;
        bool running = i % 4 != 0;
        string type = container ? "lxc" : "qemu";
        int vmid = 100 + i;
        long disk = container ? 1_020_702_720L + (i * 4096L) : 0;
        json.Append(CultureInfo.InvariantCulture, $$"""
            {"cpu":{{(running ? 0.01 + (i % 100 / 1000.0) : 0)}},"mem":{{(running ? 134_217_728L + (i * 1024L) : 0)}},"memhost":{{(running ? 150_994_944L + i : 0)}},"netin":{{i * 7919L}},"template":0,"uptime":{{(running ? 384 + i : 0)}},"maxcpu":{{1 + (i % 16)}},"name":"guest-{{vmid}}","netout":{{i * 6007L}},"diskread":{{i * 104_729L}},"type":"{{type}}","id":"{{type}}/{{vmid}}","tags":"{{(i % 2 == 0 ? "prod;web" : "dev")}}","vmid":{{vmid}},"maxmem":{{(1L + (i % 8)) << 30}},"diskwrite":{{i * 75_011L}},"pool":"pool-{{i % 12}}","maxdisk":{{(4L + (i % 60)) << 30}},"node":"pve{{1 + (i % 16)}}","status":"{{(running ? "running" : "stopped")}}","disk":{{disk}}}
            """);
    }
}
