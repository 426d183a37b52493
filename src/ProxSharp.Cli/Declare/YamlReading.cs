using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace ProxSharp.Cli.Declare;

/// <summary>
/// Reads YAML (and so JSON) as a JSON value. Plain words become what the YAML 1.2 core schema says: null, booleans, numbers, else texts. True and
/// FALSE stay texts, so that they are as they were written where a text goes; where a switch goes they are understood. Merge keys of YAML 1.1 are taken, too.
/// </summary>
internal static class YamlReading
{
    private const int Deepest = 64;

    /// <summary>How many nodes aliases may repeat in all.</summary>
    private const int MostRepeated = 100_000;

    // No YAML has these as they are; other encodings and binary files do.
    private static readonly SearchValues<char> s_noText = SearchValues.Create([.. Enumerable.Range(0, 9).Concat(Enumerable.Range(14, 13)).Select(static code => (char)code)]);

    /// <summary>Reads one document.</summary>
    /// <param name="text">The text.</param>
    /// <param name="place">Where it is from, for messages.</param>
    /// <exception cref="CliException">It is no YAML, or holds more than one document.</exception>
    public static JsonElement Read(string text, string place)
    {
        if (text.AsSpan().ContainsAny(s_noText))
        {
            throw CliException.Usage($"{place} is no text in UTF-8, but a binary file or a text in UTF-16", "Save it as UTF-8");
        }

        YamlStream stream = [];
        int most;
        try
        {
            most = Count(text, place) + MostRepeated;
            stream.Load(new StringReader(text));
        }
        catch (YamlException wrong)
        {
            throw new CliException(
                TabAt(text, wrong) is { } line
                    ? CliError.Usage(
                        string.Create(CultureInfo.InvariantCulture, $"{place} is no YAML: line {line} is indented with a tab, and tabs are not allowed there"),
                        "Indent it with blanks")
                    : CliError.Usage(
                        $"{place} is no YAML: {wrong.Message.TrimEnd('.')} (line {wrong.Start.Line.ToString(CultureInfo.InvariantCulture)})", "Correct it"),
                wrong);
        }

        return stream.Documents.Count == 1
            ? JsonText.Build(json => Write(json, stream.Documents[0].RootNode, place, 0, ref most))
            : throw (stream.Documents.Count == 0
                ? CliException.Usage($"{place} is empty: it holds no document", "See what prox export writes")
                : CliException.Usage($"{place} holds {stream.Documents.Count} documents instead of one", "Write one document"));
    }

    // The parser takes some tabs for blanks, and stumbles later: the line where it does so or the next one, else the first of the text.
    private static int? TabAt(string text, YamlException wrong)
    {
        string[] lines = text.Split('\n');
        int? first = null;
        for (int at = 0; at < lines.Length; at++)
        {
            ReadOnlySpan<char> line = lines[at];
            if (line[..^line.TrimStart(" \t").Length].Contains('\t'))
            {
                first ??= at + 1;
                if (at + 1 >= wrong.Start.Line && at <= wrong.End.Line)
                {
                    return at + 1;
                }
            }
        }

        return first;
    }

    /// <summary>Counts the nodes, and looks at them one by one: what is nested too deeply would end the stack of whoever reads it as a whole.</summary>
    private static int Count(string text, string place)
    {
        Parser parser = new(new StringReader(text));
        Stack<(bool IsMapping, int Children)> open = [];
        int nodes = 0;
        while (parser.MoveNext())
        {
            if (parser.Current is MappingEnd or SequenceEnd)
            {
                open.Pop();
            }
            else if (parser.Current is NodeEvent or AnchorAlias)
            {
                nodes++;
                if (open.TryPop(out (bool IsMapping, int Children) parent))
                {
                    open.Push((parent.IsMapping, parent.Children + 1));
                    if (parent.IsMapping && parent.Children % 2 == 0 && parser.Current is not Scalar)
                    {
                        throw NoWord(place);
                    }
                }

                if (parser.Current is MappingStart or SequenceStart)
                {
                    open.Push((parser.Current is MappingStart, 0));
                    CheckDepth(open.Count - 1, place);
                }
            }
        }

        return nodes;
    }

    /// <summary>Says that a key is a list or a mapping.</summary>
    public static CliException NoWord(string place) => CliException.Usage($"{place} has a key that is no word", "Write plain keys");

    /// <summary>Makes sure that nothing is nested too deeply.</summary>
    /// <exception cref="CliException">It is.</exception>
    public static void CheckDepth(int depth, string place)
    {
        if (depth > Deepest)
        {
            throw CliException.Usage($"{place} is nested too deeply", "Write it flatter");
        }
    }

    private static void Write(Utf8JsonWriter json, YamlNode node, string place, int depth, ref int most)
    {
        CheckDepth(depth, place);
        if (--most < 0)
        {
            throw CliException.Usage($"{place} repeats too much by its aliases (*name)", "Write it without them");
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                json.WriteStartObject();
                foreach ((string key, YamlNode value) in YamlMerging.Members(mapping, place))
                {
                    json.WritePropertyName(key);
                    Write(json, value, place, depth + 1, ref most);
                }

                json.WriteEndObject();
                break;
            case YamlSequenceNode sequence:
                json.WriteStartArray();
                foreach (YamlNode item in sequence.Children)
                {
                    Write(json, item, place, depth + 1, ref most);
                }

                json.WriteEndArray();
                break;
            default:
                WriteScalar(json, (YamlScalarNode)node);
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter json, YamlScalarNode scalar)
    {
        string text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
        {
            json.WriteStringValue(text);
        }
        else if (text is "" or "~" or "null" or "Null" or "NULL")
        {
            json.WriteNullValue();
        }
        else if (text is "true" or "false")
        {
            json.WriteBooleanValue(text == "true");
        }
        else if (IsNumber(text))
        {
            // As it stands there: a name or a comment such as 1.50 is a text where it goes.
            json.WriteRawValue(text);
        }
        else
        {
            json.WriteStringValue(text);
        }
    }

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        && double.IsFinite(number)
        && char.IsAsciiDigit(text.TrimStart('-')[0])
        && !HasLeadingZero(text)
        && (text.AsSpan().IndexOfAny('.', 'e', 'E') < 0
            ? long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            : text.IndexOf('.', StringComparison.Ordinal) is var point && (point < 0 || (point + 1 < text.Length && char.IsAsciiDigit(text[point + 1]))));

    // A number is written in one way only; what looks like one otherwise, such as a phone number, is a text.
    private static bool HasLeadingZero(string text) => text.TrimStart('-', '+') is ['0', >= '0' and <= '9', ..] || text.StartsWith('+');
}
