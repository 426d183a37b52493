using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using ProxSharp.PropertyStrings;

namespace ProxSharp.Api.Tests;

/// <summary>Sample values for arguments and request members.</summary>
internal static class Samples
{
    public const long Number = 1234;
    public const double Fraction = 0.25;
    public const string Text = "a/b c:d";
    public const string Word = "some-word";
    public const string PropertyText = "first,second=2";

    public static object?[] Arguments(MethodInfo method, ApiRequest? request) =>
        [.. method.GetParameters().Select((parameter, index) => Argument(parameter, index, request))];

    /// <summary>The text of the path argument at a position; each position has its own.</summary>
    public static string PathText(Type type, int index) => type == typeof(long) ? $"{100 + index}" : type == typeof(string) ? $"seg ment/{index}" : $"{Word}-{index}";

    /// <summary>Makes a request with its required members, or with all of them.</summary>
    public static ApiRequest Request(Type type, bool onlyRequired)
    {
        ApiRequest request = (ApiRequest)Activator.CreateInstance(type)!;
        foreach (PropertyInfo property in Members(type).Where(property => !onlyRequired || IsRequired(property)))
        {
            property.SetValue(request, Value(property.PropertyType));
        }

        return request;
    }

    public static IEnumerable<PropertyInfo> Members(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);

    public static bool IsRequired(PropertyInfo property) => property.IsDefined(typeof(RequiredMemberAttribute));

    /// <summary>A value for a member of a request.</summary>
    public static object Value(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain switch
        {
            _ when plain == typeof(string) => Text,
            _ when plain == typeof(long) => Number,
            _ when plain == typeof(double) => Fraction,
            _ when plain == typeof(bool) => true,
            _ when typeof(PropertyString).IsAssignableFrom(plain) => FromWire(plain, PropertyStringEntries.Parse(PropertyText)),
            _ when plain.IsGenericType && plain.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => List(plain.GetGenericArguments()[0]),
            _ when plain.IsGenericType && plain.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) => Indexed(plain.GetGenericArguments()[1]),
            _ => FromWire(plain, Word),
        };
    }

    /// <summary>The texts that arrive for a value.</summary>
    public static IReadOnlyList<string> Texts(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain switch
        {
            _ when plain == typeof(string) => [Text],
            _ when plain == typeof(long) => ["1234"],
            _ when plain == typeof(double) => ["0.25"],
            _ when plain == typeof(bool) => ["1"],
            _ when typeof(PropertyString).IsAssignableFrom(plain) => [PropertyText],
            { IsGenericType: true } => [.. Texts(plain.GetGenericArguments()[^1]), .. Texts(plain.GetGenericArguments()[^1])],
            _ => [Word],
        };
    }

    private static object FromWire(Type type, object value) => type.GetMethod("FromWire", BindingFlags.Public | BindingFlags.Static)!.Invoke(null, [value])!;

    private static Array List(Type item)
    {
        Array items = Array.CreateInstance(item, 2);
        items.SetValue(Value(item), 0);
        items.SetValue(Value(item), 1);
        return items;
    }

    private static IDictionary Indexed(Type item)
    {
        IDictionary map = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(int), item))!;
        map[3] = Value(item);
        map[1] = Value(item);
        return map;
    }

    private static object? Argument(ParameterInfo parameter, int index, ApiRequest? request) => parameter.ParameterType switch
    {
        Type type when type == typeof(CancellationToken) => CancellationToken.None,
        Type type when type == typeof(ApiCallOptions) => null,
        Type type when type == typeof(ApiUpload) => new ApiUpload(Stream.Null, "file.iso"),
        Type type when typeof(ApiRequest).IsAssignableFrom(type) => request,
        Type type when type == typeof(long) => 100L + index,
        Type type when type == typeof(string) => PathText(type, index),
        Type type => FromWire(type, PathText(type, index)),
    };
}
