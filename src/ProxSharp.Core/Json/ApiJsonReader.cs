using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ProxSharp.PropertyStrings;

namespace ProxSharp.Json;

/// <summary>
/// A forgiving reader for server answers. The same member may be a number or a string, a boolean 1, "1" or true, a list null: every
/// <c>Read</c> method takes what comes, answers null for what makes no sense, and always leaves the reader on the last token of the value. A value
/// that made no sense is not lost: <see cref="KeepMisfit"/> puts it among the members that the type does not know.
/// </summary>
/// <remarks>Malformed JSON raises <see cref="JsonException"/>; the transport turns it into <see cref="ProxmoxProtocolException"/>.</remarks>
public ref struct ApiJsonReader
{
    // Sharing pays for long lists only; a small answer should not cost a table.
    private const int SharingThreshold = 4096;

    private readonly StringPool? _pool;
    private Utf8JsonReader _reader;
    private ReadOnlySpan<byte> _memberName;
    private JsonElement _misfit;
    private bool _hasMisfit;

    /// <summary>Starts on the first token of a JSON text.</summary>
    /// <param name="utf8Json">The whole text. It must stay unchanged while the reader is in use.</param>
    public ApiJsonReader(ReadOnlySpan<byte> utf8Json)
    {
        _pool = utf8Json.Length >= SharingThreshold ? new StringPool() : null;
        _reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { AllowTrailingCommas = true, MaxDepth = 128 });
        _reader.Read();
    }

    /// <summary>The kind of the token the reader stands on.</summary>
    public readonly JsonTokenType TokenType => _reader.TokenType;

    /// <summary>The name of the member that <see cref="NextMember"/> moved to, as UTF-8 without escapes.</summary>
    public readonly ReadOnlySpan<byte> MemberName => _memberName;

    /// <summary>How far the reader has come, in bytes from the start of the text.</summary>
    public readonly long BytesConsumed => _reader.BytesConsumed;

    /// <summary>Enters an object. A value of another kind is passed over; one that says something is kept under the empty name.</summary>
    /// <param name="extra">The map of members that the type does not know; made when the first one comes.</param>
    /// <returns>True if the reader is now inside an object: call <see cref="NextMember"/> until it returns false.</returns>
    public bool EnterObject(ref Dictionary<string, JsonElement>? extra)
    {
        if (EnterObject())
        {
            return true;
        }

        KeepMisfit(default, ref extra);
        return false;
    }

    /// <summary>Puts the value that was read last among the members that the type does not know, if it did not fit.</summary>
    /// <param name="name">Its wire name as UTF-8.</param>
    /// <param name="extra">The map of such members; made when the first one comes.</param>
    public void KeepMisfit(ReadOnlySpan<byte> name, ref Dictionary<string, JsonElement>? extra)
    {
        // Called after most members, and nearly always for nothing.
        if (_hasMisfit)
        {
            extra ??= new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            extra[Text(name)] = _misfit;
            _hasMisfit = false;
        }
    }

    /// <summary>Enters an object. A value of another kind is passed over.</summary>
    /// <returns>True if the reader is now inside an object: call <see cref="NextMember"/> until it returns false.</returns>
    public bool EnterObject()
    {
        if (_reader.TokenType == JsonTokenType.StartObject)
        {
            return true;
        }

        NoteMisfit();
        return false;
    }

    // Proxmox: null, an empty text, an empty list and "N/A" say nothing; Perl writes them for what is not there.
    private void NoteMisfit()
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            _hasMisfit = false;
            return;
        }

        _misfit = JsonElement.ParseValue(ref _reader);
        _hasMisfit = _misfit.ValueKind switch
        {
            JsonValueKind.String => _misfit.GetString() is not ("" or "N/A"),
            JsonValueKind.Array => _misfit.GetArrayLength() > 0,
            _ => true,
        };
    }

    /// <summary>Moves to the value of the next member; false at the end of the object.</summary>
    public bool NextMember()
    {
        if (!_reader.Read() || _reader.TokenType == JsonTokenType.EndObject)
        {
            return false;
        }

        _memberName = _reader.ValueIsEscaped ? Unescape() : _reader.ValueSpan;
        _reader.Read();
        return true;
    }

    /// <summary>Moves to the next item of an array; false at its end. The reader must stand on the array's start or on the end of an item.</summary>
    public bool NextItem() => _reader.Read() && _reader.TokenType != JsonTokenType.EndArray;

    /// <summary>Skips the value.</summary>
    public void Skip() => _reader.Skip();

    /// <summary>Reads text. Numbers and booleans give their JSON text, null gives null, objects and arrays their raw JSON.</summary>
    public string? ReadString()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.String:
                return _reader.ValueIsEscaped ? _reader.GetString() : Text(_reader.ValueSpan);
            case JsonTokenType.Number:
                return Text(_reader.ValueSpan);
            case JsonTokenType.True:
                return "true";
            case JsonTokenType.False:
                return "false";
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                return JsonElement.ParseValue(ref _reader).GetRawText();
            default:
                return null;
        }
    }

    /// <summary>If the value is a text such as <c>qemu/100</c>, gives its parts; the number has no sign and no leading zero.</summary>
    /// <param name="prefix">What stands before the last slash, shared with equal texts.</param>
    /// <param name="number">The number behind it.</param>
    public readonly bool TryReadNumbered([NotNullWhen(true)] out string? prefix, out long number)
    {
        (prefix, number) = (null, 0);
        ReadOnlySpan<byte> text = _reader.TokenType == JsonTokenType.String && !_reader.ValueIsEscaped ? _reader.ValueSpan : default;
        int slash = text.LastIndexOf((byte)'/');
        ReadOnlySpan<byte> digits = text[(slash + 1)..];
        if (slash < 1 || digits.IsEmpty || digits[0] is < (byte)'1' or > (byte)'9' || !Utf8Parser.TryParse(digits, out number, out int used)
            || used != digits.Length)
        {
            return false;
        }

        prefix = Text(text[..slash]);
        return true;
    }

    /// <summary>Reads a whole number, also from a string; null if there is none or it does not fit 64 bits.</summary>
    public long? ReadInt64()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.Number when _reader.TryGetInt64(out long value):
                return value;
            case JsonTokenType.Number when Whole(_reader.GetDouble()) is { } whole:
                return whole;
            case JsonTokenType.String when !_reader.ValueIsEscaped && ParseInt64(_reader.ValueSpan) is { } parsed:
                return parsed;
            case JsonTokenType.True:
                return 1;
            case JsonTokenType.False:
                return 0;
            default:
                NoteMisfit();
                return null;
        }
    }

    /// <summary>Reads a number, also from a string; null if there is none ("N/A").</summary>
    public double? ReadDouble()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.Number:
                return _reader.GetDouble();
            case JsonTokenType.String when !_reader.ValueIsEscaped
                && Utf8Parser.TryParse(_reader.ValueSpan, out double value, out int used) && used == _reader.ValueSpan.Length && double.IsFinite(value):
                return value;
            case JsonTokenType.True:
                return 1;
            case JsonTokenType.False:
                return 0;
            default:
                NoteMisfit();
                return null;
        }
    }

    /// <summary>Reads a boolean: true/false, any number, and the words Proxmox uses (1, on, yes, true and their opposites; empty is false).</summary>
    public bool? ReadBoolean()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            case JsonTokenType.Number:
                return _reader.GetDouble() != 0;
            case JsonTokenType.String when WireBoolean.Parse(_reader.GetString()) is { } word:
                return word;
            default:
                NoteMisfit();
                return null;
        }
    }

    /// <summary>Reads a value of any shape.</summary>
    public JsonElement ReadElement() => JsonElement.ParseValue(ref _reader);

    /// <summary>Reads a word of an open set; null if there is no text.</summary>
    public T? ReadWord<T>()
        where T : struct, IApiWord<T>
        => ReadString() is { } text ? T.FromWire(text) : null;

    /// <summary>Reads a property string from its text, or from the object into which newer servers parse it; null if there is neither.</summary>
    public T? ReadPropertyString<T>()
        where T : PropertyString, IPropertyString<T>
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return ReadString() is { } text ? T.FromWire(PropertyStringEntries.Parse(text)) : null;
        }

        PropertyStringEntries.Builder entries = new();
        while (NextMember())
        {
            string key = Encoding.UTF8.GetString(_memberName);
            // Proxmox: lists inside a property string are separated by semicolons; the parsed form holds an array.
            entries.Add(key, _reader.TokenType == JsonTokenType.StartArray ? string.Join(';', ReadStrings()) : ReadString() ?? "");
        }

        return T.FromWire(entries.ToEntries());
    }

    /// <summary>Reads an object with a fixed set of members.</summary>
    public T ReadObject<T>()
        where T : class, IApiReadable<T>
        => T.Read(ref this);

    /// <summary>Reads an object that may be null or another kind of value, both of which give null.</summary>
    public T? ReadOptionalObject<T>()
        where T : class, IApiReadable<T>
    {
        if (_reader.TokenType == JsonTokenType.StartObject)
        {
            return T.Read(ref this);
        }

        NoteMisfit();
        return null;
    }

    /// <summary>Reads a list. Null gives an empty list, a single value a list of one.</summary>
    public IReadOnlyList<T> ReadList<T>(Api.ApiReader<T> readItem)
    {
        ArgumentNullException.ThrowIfNull(readItem);
        List<T> items = [];
        if (_reader.TokenType == JsonTokenType.StartArray)
        {
            while (NextItem())
            {
                items.Add(readItem(ref this));
            }
        }
        else if (_reader.TokenType != JsonTokenType.Null)
        {
            items.Add(readItem(ref this));
        }

        _hasMisfit = false; // An item that did not fit has a place in the list, but no name.
        return items;
    }

    /// <summary>Reads a list of objects. Null gives an empty list, a single object a list of one.</summary>
    public IReadOnlyList<T> ReadObjects<T>()
        where T : class, IApiReadable<T>
        => ReadList(static (ref ApiJsonReader reader) => T.Read(ref reader));

    /// <summary>Reads a list of texts; nulls in it are left out.</summary>
    public IReadOnlyList<string> ReadStrings()
    {
        List<string> items = [];
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            return ReadString() is { } single ? [single] : items;
        }

        while (NextItem())
        {
            if (ReadString() is { } text)
            {
                items.Add(text);
            }
        }

        return items;
    }

    /// <summary>Reads an object whose member names are data. An empty array, which is how Perl may write an empty object, gives an empty map.</summary>
    public IReadOnlyDictionary<string, T> ReadMap<T>(Api.ApiReader<T> readValue)
    {
        ArgumentNullException.ThrowIfNull(readValue);
        Dictionary<string, T> map = new(StringComparer.Ordinal);
        if (EnterObject())
        {
            while (NextMember())
            {
                string key = Text(_memberName);
                map[key] = readValue(ref this);
            }

            _hasMisfit = false; // A value that did not fit has its name in the map.
        }

        return map;
    }

    /// <summary>Keeps a member that the type does not know.</summary>
    /// <param name="extra">The map of such members; made when the first one comes.</param>
    public void ReadExtra(ref Dictionary<string, JsonElement>? extra)
    {
        extra ??= new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        string key = Text(_memberName);
        extra[key] = JsonElement.ParseValue(ref _reader);
    }

    /// <summary>If the member is called <paramref name="prefix"/> followed by a number, such as <c>net0</c>, gives the number.</summary>
    public readonly bool TryGetIndex(ReadOnlySpan<byte> prefix, out int index)
    {
        index = 0;
        ReadOnlySpan<byte> digits = _memberName.Length > prefix.Length && _memberName.StartsWith(prefix) ? _memberName[prefix.Length..] : default;
        return !digits.IsEmpty && !(digits.Length > 1 && digits[0] == (byte)'0')
            && Utf8Parser.TryParse(digits, out index, out int used) && used == digits.Length && index >= 0 && digits[0] is not ((byte)'+' or (byte)'-');
    }

    private readonly string Text(ReadOnlySpan<byte> utf8) => _pool is null ? Encoding.UTF8.GetString(utf8) : _pool.Get(utf8);

    private static long? Whole(double value) => value == Math.Truncate(value) && Math.Abs(value) < 9.2e18 ? (long)value : null;

    private static long? ParseInt64(ReadOnlySpan<byte> text)
    {
        if (Utf8Parser.TryParse(text, out long value, out int used) && used == text.Length)
        {
            return value;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? Whole(number) : null;
    }

    private readonly ReadOnlySpan<byte> Unescape()
    {
        byte[] buffer = new byte[_reader.ValueSpan.Length];
        int length = _reader.CopyString(buffer);
        return buffer.AsSpan(0, length);
    }
}
