using System.Runtime.CompilerServices;
using ProxSharp.Schema;

namespace ProxSharp.Core.Tests;

/// <summary>Files of the repository that tests read: the schemas as they are embedded, and recordings.</summary>
internal static class RepositoryFiles
{
    private static readonly Lazy<string> s_root = new(() => FindRoot());
    private static readonly Lazy<ApiSchema> s_pve = new(() => Read("pve", "ProxSharp.Pve.Api"));
    private static readonly Lazy<ApiSchema> s_pbs = new(() => Read("pbs", "ProxSharp.Pbs.Api"));

    public static string Root => s_root.Value;

    public static ApiSchema Pve => s_pve.Value;

    public static ApiSchema Pbs => s_pbs.Value;

    /// <summary>All files of a folder of recordings, for example <c>pve/samples</c>, in the order of their names.</summary>
    public static IEnumerable<string> Recordings(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, "tests", "Recordings", folder), "*.json").Order(StringComparer.Ordinal);

    private static ApiSchema Read(string product, string folder) => ApiSchemaReader.Read(File.ReadAllBytes(Path.Combine(Root, "src", folder, "Generated", $"{product}.schema.json")));

    // The source path is mapped in deterministic builds: fall back to the place the tests run from.
    private static string FindRoot([CallerFilePath] string here = "")
    {
        foreach (string? start in new[] { Path.GetDirectoryName(here), AppContext.BaseDirectory })
        {
            for (DirectoryInfo? folder = new(start!); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "ProxSharp.slnx")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("The tests must run from within the repository: no folder above holds ProxSharp.slnx.");
    }
}
