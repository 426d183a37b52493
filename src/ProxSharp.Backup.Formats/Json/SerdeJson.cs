using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ProxSharp.Backup.Formats.Json;

/// <summary>
/// Writes JSON exactly as the official programs do (spec 5.6): members sorted by the bytes of their names, only what must be escaped is escaped.
/// Values are texts, whole numbers, null, <see cref="JsonElement"/>, sequences, and <see cref="SerdeObject"/>.
/// </summary>
internal sealed class SerdeJson
{
    private const int Indent = 2;

    private readonly StringBuilder _text = new();
    private readonly bool _pretty;
    private readonly bool _allowsNull;

    private SerdeJson(bool pretty, bool allowsNull) => (_pretty, _allowsNull) = (pretty, allowsNull);

    /// <summary>The form that is signed: no white space. Null has none.</summary>
    /// <exception cref="ProxmoxProtocolException">There is a null somewhere.</exception>
    public static byte[] WriteCanonical(SerdeObject value)
    {
        SerdeJson writer = new(pretty: false, allowsNull: false);
        writer.Write(value, 0);
        return Encoding.UTF8.GetBytes(writer._text.ToString());
    }

    /// <summary>The form that is stored: indented by two spaces.</summary>
    public static byte[] WritePretty(SerdeObject value)
    {
        SerdeJson writer = new(pretty: true, allowsNull: true);
        writer.Write(value, 0);
        return Encoding.UTF8.GetBytes(writer._text.ToString());
    }

    /// <summary>Writes a text in quotes.</summary>
    public static void AppendString(StringBuilder target, string value)
    {
        target.Append('"');
        foreach (char c in value)
        {
            _ = c switch
            {
                '"' => target.Append("\\\""),
                '\\' => target.Append("\\\\"),
                '\b' => target.Append("\\b"),
                '\f' => target.Append("\\f"),
                '\n' => target.Append("\\n"),
                '\r' => target.Append("\\r"),
                '\t' => target.Append("\\t"),
                < ' ' => target.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => target.Append(c),
            };
        }

        target.Append('"');
    }

    private void Write(object? value, int depth)
    {
        switch (value)
        {
            case null when _allowsNull:
                _text.Append("null");
                break;
            case null:
                throw Malformed.At(0, "A null cannot be signed.");
            case string text:
                AppendString(_text, text);
                break;
            case long number:
                _text.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
            case JsonElement element:
                WriteElement(element, depth);
                break;
            case SerdeObject members:
                WriteAll(members, '{', '}', depth, member =>
                {
                    AppendString(_text, member.Key);
                    _text.Append(_pretty ? ": " : ":");
                    Write(member.Value, depth + 1);
                });
                break;
            case IEnumerable<object?> items:
                WriteAll(items, '[', ']', depth, item => Write(item, depth + 1));
                break;
            default:
                throw new ArgumentException($"{value.GetType().Name} has no form in JSON.", nameof(value));
        }
    }

    private void WriteElement(JsonElement element, int depth)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                Write(new SerdeObject(element.EnumerateObject().Select(static member => KeyValuePair.Create(member.Name, (object?)member.Value))), depth);
                break;
            case JsonValueKind.Array:
                Write(element.EnumerateArray().Select(static item => (object?)item), depth);
                break;
            case JsonValueKind.String:
                AppendString(_text, element.GetString()!);
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                Write(null, depth);
                break;
            default:
                _text.Append(element.GetRawText());
                break;
        }
    }

    private void WriteAll<T>(IEnumerable<T> items, char open, char close, int depth, Action<T> write)
    {
        _text.Append(open);
        bool any = false;
        foreach (T item in items)
        {
            _text.Append(any ? "," : "");
            any = true;
            BreakLine(depth + 1);
            write(item);
        }

        if (any)
        {
            BreakLine(depth);
        }

        _text.Append(close);
    }

    private void BreakLine(int depth)
    {
        if (_pretty)
        {
            _text.Append('\n').Append(' ', depth * Indent);
        }
    }
}
