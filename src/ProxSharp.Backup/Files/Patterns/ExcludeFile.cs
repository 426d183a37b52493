using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Patterns;

/// <summary>The <c>.pxarexclude</c> files in source trees, and the <c>.pxarexclude-cli</c> that archives get for patterns of the command line.</summary>
internal static class ExcludeFile
{
    /// <summary>How long such a file may be, in bytes.</summary>
    internal const int MaxLength = 1024 * 1024;

    /// <summary>The file that excludes below its directory.</summary>
    internal static readonly PxarName Name = new(".pxarexclude");

    /// <summary>The file that keeps what was excluded by options; an archive has it last in its root.</summary>
    internal static readonly PxarName CommandLineName = new(".pxarexclude-cli");

    /// <summary>Reads the patterns of a file.</summary>
    /// <param name="content">The content.</param>
    /// <param name="isRoot">Whether the file is in the root of the archive.</param>
    /// <param name="ignored">Is told each line that is ignored, and why.</param>
    internal static List<PathPattern> Parse(ReadOnlySpan<byte> content, bool isRoot, Action<string> ignored)
    {
        List<PathPattern> patterns = [];
        foreach (Range range in content.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = content[range].Trim(" \t\r\v\f\n"u8);
            if (line.IsEmpty || line[0] == (byte)'#')
                continue;
            // Proxmox: below the root such a line matches nothing, although the manual says that it counts from the directory of the file.
            if (!isRoot && (line.StartsWith("/"u8) || line.StartsWith("!/"u8)))
                ignored($"\"{PxarName.Text(line)}\" is ignored: a slash in front has a meaning in the root of the archive only.");
            else if (PathPattern.TryParse(line, out PathPattern? pattern))
                patterns.Add(pattern);
            else
                ignored($"\"{PxarName.Text(line)}\" is no pattern, and is ignored.");
        }

        return patterns;
    }

    /// <summary>Writes the content of <c>.pxarexclude-cli</c>.</summary>
    internal static byte[] Write(IEnumerable<PathPattern> patterns) => [.. patterns.SelectMany(static pattern => (byte[])[.. pattern.ToBytes(), (byte)'\n'])];
}
