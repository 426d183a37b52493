using System.Text.Json;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Output;

/// <summary>Applies <c>--sort</c> to a list: numbers by value, texts by their characters with numbers inside by value, what is absent last.</summary>
internal static class Sorting
{
    /// <summary>Sorts a list of objects; anything else stays as it is.</summary>
    /// <exception cref="CliException">A field occurs in no item and is not known either, which is a typing mistake.</exception>
    public static JsonElement Apply(JsonElement value, IReadOnlyList<SortField> fields, ResultShape shape)
    {
        if (fields.Count == 0 || value.ValueKind != JsonValueKind.Array || (value.GetArrayLength() == 0 && !shape.IsClosed))
        {
            return value;
        }

        IReadOnlyList<string> present = FieldSelection.NamesIn(value);
        if ((present.Count > 0 || value.GetArrayLength() == 0) && fields.FirstOrDefault(
            field => !present.Contains(field.Field, StringComparer.Ordinal) && !shape.Knows(field.Field))?.Field is { } unknown)
        {
            throw CliException.Usage($"--sort: the result has no field '{unknown}'", $"It has: {string.Join(", ", (present.Count > 0 ? present : [.. shape.KnownFields]).Order(StringComparer.Ordinal))}");
        }

        IEnumerable<object> rows = value.EnumerateArray().Select(static item => (object)item);
        object[] items = [.. Order(rows, fields, static (item, field) => Key.Of((JsonElement)item, field))];
        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach (JsonElement item in items.Cast<JsonElement>())
            {
                item.WriteTo(json);
            }

            json.WriteEndArray();
        });
    }

    /// <summary>Sorts objects that are held as JSON.</summary>
    public static IEnumerable<byte[]> Order(IEnumerable<byte[]> rows, IReadOnlyList<SortField> fields) =>
        Order(rows, fields, static (row, field) =>
        {
            using JsonDocument document = JsonDocument.Parse((byte[])row);
            return Key.Of(document.RootElement, field);
        }).Cast<byte[]>();

    /// <summary>Compares texts as people do: <c>web-2</c> comes before <c>web-10</c>.</summary>
    public static int Natural(string a, string b)
    {
        (int i, int j) = (0, 0);
        while (i < a.Length && j < b.Length)
        {
            if (char.IsAsciiDigit(a[i]) && char.IsAsciiDigit(b[j]))
            {
                ReadOnlySpan<char> left = Digits(a, ref i);
                ReadOnlySpan<char> right = Digits(b, ref j);
                int numbers = left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
                if (numbers != 0)
                {
                    return numbers;
                }

                continue;
            }

            int letters = char.ToLowerInvariant(a[i]).CompareTo(char.ToLowerInvariant(b[j]));
            if (letters != 0)
            {
                return letters;
            }

            i++;
            j++;
        }

        int rest = (a.Length - i).CompareTo(b.Length - j);
        return rest != 0 ? rest : string.CompareOrdinal(a, b);
    }

    private static ReadOnlySpan<char> Digits(string text, ref int position)
    {
        int start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            position++;
        }

        return text.AsSpan(start, position - start).TrimStart('0');
    }

    // Of objects, so that one piece of native code sorts all.
    private static IEnumerable<object> Order(
        IEnumerable<object> items, IReadOnlyList<SortField> fields, Func<object, string, Key> read)
    {
        IOrderedEnumerable<object> sorted = items.OrderBy(static _ => 0);
        foreach ((string field, bool isDescending) in fields)
        {
            sorted = sorted.ThenBy(item => read(item, field), isDescending ? Key.Descending : Key.Ascending);
        }

        return sorted;
    }

    /// <summary>What a row is sorted by. What is absent comes last in any order.</summary>
    private sealed record Key(bool IsAbsent, double? Number, string Text)
    {
        public static readonly Comparer<Key> Ascending = Comparer<Key>.Create(static (a, b) => Compare(a, b, 1));
        public static readonly Comparer<Key> Descending = Comparer<Key>.Create(static (a, b) => Compare(a, b, -1));

        public static Key Of(JsonElement item, string field)
        {
            JsonElement value = item.ValueKind == JsonValueKind.Object && item.TryGetProperty(field, out JsonElement member) ? member : default;
            return value.ValueKind switch
            {
                JsonValueKind.Undefined or JsonValueKind.Null => new(true, null, ""),
                JsonValueKind.String => new(false, null, value.GetString()!),
                JsonValueKind.Number => new(false, value.GetDouble(), value.GetRawText()),
                _ => new(false, null, value.GetRawText()),
            };
        }

        private static int Compare(Key a, Key b, int sign) => a.IsAbsent || b.IsAbsent
            ? a.IsAbsent.CompareTo(b.IsAbsent)
            : sign * (a.Number is { } left && b.Number is { } right ? left.CompareTo(right) : Natural(a.Text, b.Text));
    }
}
