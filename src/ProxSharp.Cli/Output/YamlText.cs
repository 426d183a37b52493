using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Cli.Terminal;
using ProxSharp.Operations.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ProxSharp.Cli.Output;

/// <summary>Writes YAML from events; no type is looked at by reflection.</summary>
internal static partial class YamlText
{
    /// <summary>Writes one document without document marks.</summary>
    public static void Write(TextWriter writer, JsonElement value)
    {
        EmitterSettings settings = new(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, newLine: "\n");
        StringWriter text = new() { NewLine = "\n" };
        Emitter emitter = new(text, settings);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, value);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());

        // The emitter ends a document that is a plain word with an explicit end mark; nobody needs it here.
        string document = text.ToString();
        WriteEscaped(writer, document.EndsWith("\n...\n", StringComparison.Ordinal) ? document[..^4] : document);
    }

    // The emitter takes much for printable that is not seen. What holds such a character is in double quotes, where YAML knows the escape.
    private static void WriteEscaped(TextWriter writer, string document)
    {
        if (!TextCells.HoldsUnseen(document))
        {
            writer.Write(document);
            return;
        }

        foreach (Rune rune in document.EnumerateRunes())
        {
            writer.Write(rune.Value == '\n' || !UntrustedText.IsUnseen(rune) ? rune.ToString() : rune.IsBmp ? $"\\u{rune.Value:x4}" : $"\\U{rune.Value:x8}");
        }
    }

    private static void Emit(Emitter emitter, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                bool emptyObject = !value.EnumerateObject().Any();
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, emptyObject ? MappingStyle.Flow : MappingStyle.Block));
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    emitter.Emit(Text(member.Name, isKey: true));
                    Emit(emitter, member.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                bool emptyList = value.GetArrayLength() == 0;
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, emptyList ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Emit(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                emitter.Emit(Text(value.GetString()!, isKey: false));
                break;
            default:
                emitter.Emit(Plain(value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? "null" : value.GetRawText()));
                break;
        }
    }

    private static Scalar Plain(string text) => new(AnchorName.Empty, TagName.Empty, text, ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false);

    private static Scalar Text(string text, bool isKey)
    {
        ScalarStyle style = (isKey, text) switch
        {
            // Notes and keys are easier to read as a block; text with other control characters needs escapes.
            (false, _) when text.Contains('\n', StringComparison.Ordinal) && !TextCells.HoldsUnseen(text) && !text.StartsWith(' ')
                => ScalarStyle.Literal,
            _ when text.Contains('\n', StringComparison.Ordinal) || TextCells.HoldsUnseen(text) => ScalarStyle.DoubleQuoted,
            _ when LooksLikeAnotherType().IsMatch(text) => ScalarStyle.SingleQuoted,
            _ => ScalarStyle.Any,
        };
        return new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: style == ScalarStyle.Any, isQuotedImplicit: true);
    }

    /// <summary>Words that YAML 1.1 or 1.2 readers take for null, a boolean, a number or a date.</summary>
    [GeneratedRegex(
        @"^(?:|~|null|true|false|yes|no|on|off|y|n|[-+]?[\d.][\d_.,:eExXoOa-fA-F+-]*|[-+]?\.(?:inf|nan)|=|<<)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeAnotherType();
}
