using System.Text;

namespace ProxSharp.CodeGen.Output;

/// <summary>The files of one output folder: writes them, or tells how the folder on disk differs.</summary>
internal sealed class GeneratedFiles
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal);
    private readonly string _folder;

    /// <summary>Creates an empty set of files.</summary>
    /// <param name="repository">The root of the repository.</param>
    /// <param name="folder">The folder in it that holds nothing but generated files.</param>
    public GeneratedFiles(string repository, string folder) => (Folder, _folder) = (folder, Path.Combine(repository, folder));

    /// <summary>The folder, relative to the repository.</summary>
    public string Folder { get; }

    /// <summary>The files by path below the folder.</summary>
    public IReadOnlyDictionary<string, string> Files => _files;

    /// <summary>Adds a file.</summary>
    /// <exception cref="ArgumentException">There is a file of that name already.</exception>
    public void Add(string path, string content) => _files.Add(path, content);

    /// <summary>Writes what differs and removes files that are not generated any more.</summary>
    /// <returns>The number of files that changed.</returns>
    public int Write()
    {
        List<string> differences = [.. Differences()];
        foreach (string path in differences)
        {
            string target = Path.Combine(_folder, path);
            if (_files.TryGetValue(path, out string? content))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.WriteAllText(target, content, s_utf8);
            }
            else
            {
                File.Delete(target);
            }
        }

        return differences.Count;
    }

    /// <summary>Lists the paths whose content on disk is missing, different or not generated any more.</summary>
    public IEnumerable<string> Differences()
    {
        foreach ((string path, string content) in _files)
        {
            string target = Path.Combine(_folder, path);
            if (!File.Exists(target) || !string.Equals(File.ReadAllText(target, s_utf8), content, StringComparison.Ordinal))
            {
                yield return path;
            }
        }

        if (!Directory.Exists(_folder))
        {
            yield break;
        }

        foreach (string file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string path = Path.GetRelativePath(_folder, file).Replace('\\', '/');
            if (!_files.ContainsKey(path))
            {
                yield return path;
            }
        }
    }
}
