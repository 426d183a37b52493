using System.Text.Json;
using ProxSharp.Json;
using ProxSharp.PropertyStrings;

namespace ProxSharp.Api;

/// <summary>Readers for results that are no objects.</summary>
public static class ApiReaders
{
    /// <summary>Reads any value.</summary>
    public static readonly ApiReader<JsonElement> Element = static (ref ApiJsonReader reader) => reader.ReadElement();

    /// <summary>Reads text; null if the server sent none.</summary>
    public static readonly ApiReader<string?> String = static (ref ApiJsonReader reader) => reader.ReadString();

    /// <summary>Reads a whole number; null if the server sent none.</summary>
    public static readonly ApiReader<long?> Int64 = static (ref ApiJsonReader reader) => reader.ReadInt64();

    /// <summary>Reads a number; null if the server sent none.</summary>
    public static readonly ApiReader<double?> Double = static (ref ApiJsonReader reader) => reader.ReadDouble();

    /// <summary>Reads a boolean; null if the server sent none.</summary>
    public static readonly ApiReader<bool?> Boolean = static (ref ApiJsonReader reader) => reader.ReadBoolean();

    /// <summary>Reads text; empty if the server sent none.</summary>
    public static readonly ApiReader<string> TextOrEmpty = static (ref ApiJsonReader reader) => reader.ReadString() ?? "";

    /// <summary>Reads a whole number; 0 if the server sent none.</summary>
    public static readonly ApiReader<long> Int64OrZero = static (ref ApiJsonReader reader) => reader.ReadInt64().GetValueOrDefault();

    /// <summary>Reads a number; <see cref="double.NaN"/> if the server sent none: a point of a series without a value is not 0.</summary>
    public static readonly ApiReader<double> DoubleOrNaN = static (ref ApiJsonReader reader) => reader.ReadDouble() ?? double.NaN;

    /// <summary>Reads a boolean; false if the server sent none.</summary>
    public static readonly ApiReader<bool> BooleanOrFalse = static (ref ApiJsonReader reader) => reader.ReadBoolean().GetValueOrDefault();

    /// <summary>Reads a list of texts.</summary>
    public static readonly ApiReader<IReadOnlyList<string>> Strings = static (ref ApiJsonReader reader) => reader.ReadStrings();

    /// <summary>Skips a result that means nothing; some void calls leak a value.</summary>
    public static readonly ApiReader<bool> Nothing = static (ref ApiJsonReader reader) =>
    {
        reader.Skip();
        return true;
    };

    /// <summary>Reads an object.</summary>
    public static T Object<T>(ref ApiJsonReader reader)
        where T : class, IApiReadable<T>
        => T.Read(ref reader);

    /// <summary>Reads an object; null if the server sent something else.</summary>
    public static T? OptionalObject<T>(ref ApiJsonReader reader)
        where T : class, IApiReadable<T>
        => reader.ReadOptionalObject<T>();

    /// <summary>Reads a word of an open set; the empty word if the server sent none.</summary>
    public static T Word<T>(ref ApiJsonReader reader)
        where T : struct, IApiWord<T>
        => reader.ReadWord<T>().GetValueOrDefault();

    /// <summary>Reads a property string; one without keys if the server sent none.</summary>
    public static T PropertyString<T>(ref ApiJsonReader reader)
        where T : PropertyString, IPropertyString<T>
        => reader.ReadPropertyString<T>() ?? T.FromWire(PropertyStringEntries.Empty);

    /// <summary>Reads a list of objects.</summary>
    public static IReadOnlyList<T> Objects<T>(ref ApiJsonReader reader)
        where T : class, IApiReadable<T>
        => reader.ReadObjects<T>();
}
