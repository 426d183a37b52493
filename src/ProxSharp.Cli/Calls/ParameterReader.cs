using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Terminal;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Calls;

/// <summary>
/// Reads parameters as users type them: <c>key=value</c>, <c>key=@file</c> (<c>@-</c> is standard input, <c>@@</c> a literal @), and a JSON
/// object. A repeated key is a list.
/// </summary>
internal sealed class ParameterReader(CliEnvironment environment, IConsoleHost console, ApiEndpoint? endpoint)
{
    // A comma behind the last member is nothing that could be misunderstood.
    private static readonly JsonDocumentOptions s_written = new() { AllowTrailingCommas = true };

    private const string Form = "Parameters are written key=value, or key=@file for a file's content";

    private readonly OrderedDictionary<string, List<string>> _values = new(StringComparer.Ordinal);
    private readonly ApiParameters _parameters = [];
    private CallUpload? _upload;

    /// <summary>Reads the parameters.</summary>
    /// <param name="words">The words behind the path.</param>
    /// <param name="data">JSON, <c>@file</c> or <c>-</c>; null if there is none.</param>
    /// <param name="file">A file to send as it is; null if there is none.</param>
    /// <exception cref="CliException">A word is no parameter, or a file cannot be read.</exception>
    public async Task<CallParameters> ReadAsync(IReadOnlyList<string> words, string? data, string? file, CancellationToken cancellationToken)
    {
        if (file is not null)
        {
            _upload = ReadUpload(file);
        }

        if (data is not null)
        {
            ReadJson(data == "-" || data.StartsWith('@') ? await ContentAsync("--data", data.TrimStart('@'), cancellationToken).ConfigureAwait(false) : data);
        }

        foreach (string word in words)
        {
            await ReadWordAsync(word, cancellationToken).ConfigureAwait(false);
        }

        foreach ((string name, List<string> values) in _values)
        {
            Add(name, values);
        }

        return new CallParameters(_parameters, _upload);
    }

    /// <summary>True if the call takes a file.</summary>
    public static bool TakesFile(ApiEndpoint? endpoint) =>
        endpoint is not null && (endpoint.Transport == ApiTransportKind.Upload || endpoint.Parameters.ContainsKey("tmpfilename"));

    private async Task ReadWordAsync(string word, CancellationToken cancellationToken)
    {
        int mark = word.IndexOf('=', StringComparison.Ordinal);
        if (mark <= 0)
        {
            throw CliException.Usage($"'{word}' is no parameter", Form);
        }

        (string name, string value) = (word[..mark], word[(mark + 1)..]);
        if (value.StartsWith("@@", StringComparison.Ordinal))
        {
            value = value[1..];
        }
        else if (name == "filename" && TakesFile(endpoint) && (value.StartsWith('@') || _upload is null))
        {
            // Proxmox: the file of an upload travels under this name; its content is streamed, not read.
            _upload = ReadUpload(value.TrimStart('@'));
            return;
        }
        else if (value.StartsWith('@'))
        {
            value = WithoutLastBreak(await ContentAsync(name, value[1..], cancellationToken).ConfigureAwait(false));
        }

        if (name == "filename" && _upload is { } upload && TakesFile(endpoint))
        {
            // The file has been named before: this is what it is called where it goes.
            _upload = upload with { Name = value };
        }

        if (!_values.TryGetValue(name, out List<string>? values))
        {
            _values[name] = values = [];
        }

        values.Add(value);
    }

    private CallUpload ReadUpload(string file)
    {
        string path = environment.AbsolutePath(file);
        return !TakesFile(endpoint) ? throw CliException.Usage("This call takes no file", "To send a file's content as a parameter write key=@file")
            : File.Exists(path) ? HasLength(path) ? new CallUpload(path, Path.GetFileName(path)) : throw CliException.Usage(
                $"{path} is empty, or a pipe or device: the server wants to know the length of a file before it comes", "Write it to a file first, and name that")
            : throw CliException.Usage(Directory.Exists(path) ? $"{path} is a folder" : $"The file {path} does not exist", "Name the file to send");
    }

    // Without opening it: that would wait for somebody to write into a pipe.
    private static bool HasLength(string path) =>
        new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path) is { Exists: true, Length: > 0 };

    private async Task<string> ContentAsync(string name, string file, CancellationToken cancellationToken)
    {
        if (environment.IsReadOnlyName)
        {
            throw ReadOnlyName.FromFile(name);
        }

        if (file is "-")
        {
            return await HeldReading.ToEndAsync(console, cancellationToken).ConfigureAwait(false);
        }

        string path = environment.AbsolutePath(file);
        try
        {
            return await HeldReading.OfFileAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                CliError.Usage($"The file {file} for {name} cannot be read: {FileErrors.Reason(e)}", $"For a text that starts with @ write {name}=@@..."), e);
        }
    }

    private void ReadJson(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, s_written);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw CliException.Usage("--data holds no JSON object", "Write {\"key\": value, ...}");
            }

            foreach (JsonProperty member in document.RootElement.EnumerateObject())
            {
                ReadMember(member);
            }
        }
        catch (JsonException e)
        {
            throw new CliException(CliError.Usage($"--data is no valid JSON: {e.Message}", "Write {\"key\": value, ...}, @file or - for standard input"), e);
        }
    }

    private void ReadMember(JsonProperty member)
    {
        switch (member.Value.ValueKind)
        {
            case JsonValueKind.Null:
                break;
            case JsonValueKind.Array:
                _values[member.Name] = [.. member.Value.EnumerateArray().Select(item => Scalar(member.Name, item))];
                break;
            default:
                _values[member.Name] = [Scalar(member.Name, member.Value)];
                break;
        }
    }

    private static string Scalar(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        _ => throw CliException.Usage(
            $"The member {name} of --data is neither text, number, boolean nor a list of these",
            "Write property strings as text: \"net0\": \"virtio,bridge=vmbr0\""),
    };

    private void Add(string name, List<string> values)
    {
        ApiNode? node = Find(name);
        if (node?.Type == ApiValueType.Array || (node is null && values.Count > 1))
        {
            foreach (string value in values)
            {
                _parameters.Add(new ApiParameter(name, value, Kind(node?.Items, value), IsListItem: true));
            }

            return;
        }

        if (values.Count > 1)
        {
            // Proxmox: lists that are one text (formats that end in -list) are separated by commas.
            bool isList = node!.Format?.EndsWith("-list", StringComparison.Ordinal) == true;
            values = isList
                ? [string.Join(',', values)]
                : throw CliException.Usage($"The parameter {name} is given {values.Count} times, but it is no list", "Give it once");
        }

        if (values.Count == 1)
        {
            _parameters.Add(new ApiParameter(name, values[0], Kind(node, values[0]), IsListItem: false));
        }
    }

    private ApiNode? Find(string name)
    {
        if (endpoint is null)
        {
            return null;
        }

        if (endpoint.Parameters.TryGetValue(name, out ApiNode? node) || endpoint.Parameters.TryGetValue(NumberedName.Family(name), out node))
        {
            return node;
        }

        return endpoint.Variants?.Parameters.Values.Select(set => set.GetValueOrDefault(name)).FirstOrDefault(static found => found is not null);
    }

    private static ApiParameterKind Kind(ApiNode? node, string value) => node?.Type switch
    {
        ApiValueType.Integer or ApiValueType.Number
            when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => ApiParameterKind.Number,
        _ => ApiParameterKind.Text,
    };

    private static string WithoutLastBreak(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
}
