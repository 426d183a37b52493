using System.Reflection;
using System.Text;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Agents;

/// <summary>The agent skill that is part of the program, so that both are always of the same version.</summary>
internal static class SkillFiles
{
    private const string Root = "skill/";
    private const string Packed = ".gz";
    private static readonly Assembly Program = typeof(SkillFiles).Assembly;

    /// <summary>The name of the skill, and of its folder.</summary>
    public const string Name = "proxmox";

    /// <summary>The files, each with its path below the skill's folder; the skill itself first.</summary>
    public static IReadOnlyList<SkillFile> All { get; } =
    [
        .. Program.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Root, StringComparison.Ordinal))
            .Select(static name => name[..^Packed.Length])
            .Select(static name => new SkillFile(name[Root.Length..].Replace('\\', '/'), Read(name)))
            .OrderBy(static file => file.Path.Contains('/', StringComparison.Ordinal))
            .ThenBy(static file => file.Path, StringComparer.Ordinal),
    ];

    private static string Read(string name) => Encoding.UTF8.GetString(CompressedResource.Read(Program, name)).ReplaceLineEndings("\n");
}
