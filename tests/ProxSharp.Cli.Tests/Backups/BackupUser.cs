using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Somebody who backs a small tree up to a simulated backup server.</summary>
internal static class BackupUser
{
    private static int s_id;

    /// <summary>The repository as the official client writes it.</summary>
    public static string Repository(this PbsSimulator server) => $"{DefaultBackupServer.TokenId}@{server.Endpoint.Host}:{server.Endpoint.Port}:store1";

    /// <summary>Sets the variables of the official client.</summary>
    public static CliHarness Uses(this CliHarness cli, PbsSimulator server) => cli
        .With("PBS_REPOSITORY", server.Repository())
        .With("PBS_PASSWORD", DefaultBackupServer.TokenSecret)
        .With("PBS_FINGERPRINT", server.Fingerprint);

    /// <summary>An id that nobody else uses.</summary>
    public static string NewId() => $"user-{Interlocked.Increment(ref s_id)}";

    /// <summary>Makes the tree <c>tree</c>.</summary>
    public static void MakeTree(this CliHarness cli)
    {
        Directory.CreateDirectory(Path.Combine(cli.Home, "tree", "etc"));
        Directory.CreateDirectory(Path.Combine(cli.Home, "tree", "empty"));
        File.WriteAllText(Path.Combine(cli.Home, "tree", "etc", "hosts"), "127.0.0.1 localhost\n");
        File.WriteAllText(Path.Combine(cli.Home, "tree", "etc", "fstab"), "/dev/sda / ext4\n");
        File.WriteAllText(Path.Combine(cli.Home, "tree", "scratch.tmp"), "scratch");
    }

    /// <summary>Runs a command line, and returns its result.</summary>
    public static async Task<JsonElement> JsonAsync(this CliHarness cli, string line)
    {
        using JsonDocument document = JsonDocument.Parse((await cli.LineAsync($"{line} -o json")).Succeeded());
        return document.RootElement.GetProperty("data").Clone();
    }

    /// <summary>The files below a directory with their contents.</summary>
    public static Dictionary<string, string> ReadTree(this CliHarness cli, string folder)
    {
        string root = Path.Combine(cli.Home, folder);
        return Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .ToDictionary(path => Path.GetRelativePath(root, path), File.ReadAllText);
    }
}
