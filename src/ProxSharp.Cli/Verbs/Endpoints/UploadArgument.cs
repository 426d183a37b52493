using System.CommandLine;
using System.Text;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>The file of an upload as the last argument, which is where everybody writes it; what it is follows from its name.</summary>
internal sealed class UploadArgument
{
    private const string FileParameter = "filename";
    private const string ContentParameter = "content";

    private static readonly (string Ending, string Content)[] s_contents =
    [
        (".iso", "iso"), (".img", "iso"),
        (".tar.gz", "vztmpl"), (".tar.xz", "vztmpl"), (".tar.zst", "vztmpl"),
        (".ova", "import"), (".ovf", "import"), (".qcow2", "import"), (".vmdk", "import"), (".raw", "import"),
    ];

    private readonly EndpointParameter _file;
    private readonly EndpointParameter? _content;

    private UploadArgument(EndpointParameter file, EndpointParameter? content) => (_file, _content) = (file, content);

    /// <summary>The argument.</summary>
    public Argument<string> File { get; } = new("file")
    {
        Description = "The file to send, as --filename @FILE gives it; beside it --filename is its name on the storage",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Makes it where a call takes a file; null where it does not.</summary>
    /// <param name="endpoint">The call.</param>
    /// <param name="options">The parameters that are options.</param>
    public static UploadArgument? For(ApiEndpoint endpoint, IReadOnlyList<EndpointParameter> options) =>
        ParameterReader.TakesFile(endpoint) && options.FirstOrDefault(static option => option.Name == FileParameter) is { } file
            ? new UploadArgument(file, options.FirstOrDefault(static option => option.Name == ContentParameter))
            : null;

    /// <summary>Returns what was typed as parameters, those that are options left out.</summary>
    /// <exception cref="CliException">Two files were named, or the name on the storage is none, or another one.</exception>
    public IEnumerable<string> Words(VerbRun run)
    {
        string? argument = run.Value(File);
        string? option = _file.Typed(run) is [{ } typed, ..] ? typed : null;
        if (argument is not null)
        {
            CheckName(argument, option ?? argument);
            yield return $"{FileParameter}=@{argument.TrimStart('@')}";
        }

        TellKept(run, option is not null && (argument is not null || option[0] != '@') ? option : Path.GetFileName((argument ?? option ?? "").TrimStart('@')));
        if (_content?.Typed(run).Count == 0 && ContentOf(option ?? argument ?? "") is { } content && _content.Node.Enumeration?.Contains(content) == true)
        {
            yield return $"{ContentParameter}={content}";
        }
    }

    // Beside a file to send, what is behind --filename is its name on the storage.
    private static void CheckName(string file, string name)
    {
        if (name != file && name.StartsWith('@'))
        {
            throw CliException.Usage($"Two files are named: '{file}' and '{name}'", "Write one of them, behind the storage or behind --filename");
        }

        if (name != file && (name.Length == 0 || name.AsSpan().ContainsAny('/', '\\', '"')))
        {
            throw CliException.Usage($"'{Terminal.TextCells.Visible(name)}' cannot be the name of a file on a storage", "Write it without folders and quotes");
        }
    }

    // Proxmox: what is no letter or digit of ASCII, and no dot, dash or underscore, becomes an underscore. A name that is none but those is that of other files too.
    private static void TellKept(VerbRun run, string name)
    {
        string kept = string.Concat(name.Select(static sign => char.IsAsciiLetterOrDigit(sign) || sign is '.' or '-' or '_' ? sign : '_'));
        if (!Ascii.IsValid(name))
        {
            throw CliException.Usage(
                $"The storage would keep '{Terminal.TextCells.Visible(name)}' as '{kept}', in the place of any other file with such a name",
                "Give it a name of plain letters on the storage: --filename NAME, beside the file");
        }

        if (kept != name)
        {
            run.Note($"The storage keeps it as '{kept}'.");
        }
    }

    private static string? ContentOf(string file) =>
        s_contents.FirstOrDefault(item => file.EndsWith(item.Ending, StringComparison.OrdinalIgnoreCase)).Content;
}
