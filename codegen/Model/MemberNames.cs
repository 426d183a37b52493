using ProxSharp.CodeGen.Naming;
using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Model;

/// <summary>Chooses the property names of one type.</summary>
internal sealed class MemberNames
{
    private static readonly string[] s_object = ["Equals", "GetHashCode", "GetType", "ToString", "MemberwiseClone", "Finalize", "ReferenceEquals"];

    private readonly WordSplitter _splitter;
    private readonly UniqueNames _names;

    private MemberNames(WordSplitter splitter, params string[] reserved) => (_splitter, _names) = (splitter, new UniqueNames([.. s_object, .. reserved]));

    /// <summary>Names for the members of a request.</summary>
    public static MemberNames ForRequest(WordSplitter splitter) => new(splitter, "Extra", "Write", "WriteTo");

    /// <summary>Names for the members of a result.</summary>
    public static MemberNames ForResult(WordSplitter splitter) => new(splitter, "Extra", "Read");

    /// <summary>Names for the keys of a property string, which is a record: it has a method called Clone.</summary>
    public static MemberNames ForPropertyString(WordSplitter splitter, string typeName) =>
        new(splitter, "Clone", "Entries", "Get", "Set", "GetBoolean", "GetInt64", "GetDouble", "GetWord", "Parse", "TryParse", "FromWire", "EqualityContract", "PrintMembers", typeName);

    /// <summary>
    /// Names a set of members. Of two that differ in their separators only (<c>max-workers</c>, <c>maxworkers</c>) the one without is the older
    /// spelling and says so.
    /// </summary>
    public IReadOnlyDictionary<string, string> Assign(IEnumerable<string> wireNames)
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach (string wireName in wireNames.OrderByDescending(static name => name.Count(static c => c is '-' or '_')).ThenBy(static name => name, StringComparer.Ordinal))
        {
            string pascal = _splitter.Pascal(WithoutIndex(wireName));
            bool isOlderSpelling = names.Keys.Any(other => string.Equals(Plain(other), Plain(wireName), StringComparison.OrdinalIgnoreCase));
            string suffix = wireName.EndsWith("[n]", StringComparison.Ordinal) ? "Entries" : "Value";
            names[wireName] = isOlderSpelling ? _names.Take(pascal + "Legacy") : _names.Take(pascal, pascal + suffix);
        }

        return names;
    }

    /// <summary>Cuts the brackets off an indexed name.</summary>
    public static string WithoutIndex(string wireName) => wireName.EndsWith("[n]", StringComparison.Ordinal) ? wireName[..^3] : wireName;

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
}
