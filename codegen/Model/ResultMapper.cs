using ProxSharp.CodeGen.Naming;
using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Model;

/// <summary>Chooses the C# types of results.</summary>
internal sealed class ResultMapper
{
    private readonly NameTable _names;
    private readonly FormatBuilder _formats;
    private readonly WordRegistry _words;
    private readonly ClassRegistry _classes;
    private readonly IReadOnlyDictionary<string, CompactLayout> _compact;

    /// <summary>Creates a mapper.</summary>
    /// <param name="compact">For endpoints with many items: how these are stored.</param>
    public ResultMapper(NameTable names, FormatBuilder formats, WordRegistry words, ClassRegistry classes, IReadOnlyDictionary<string, CompactLayout> compact)
        => (_names, _formats, _words, _classes, _compact) = (names, formats, words, classes, compact);

    /// <summary>Returns the type of a node.</summary>
    public CodeType Map(ApiNode node, ResultPlace place) => node.Type switch
    {
        ApiValueType.Null => CodeType.Nothing,
        ApiValueType.Boolean => CodeType.Boolean,
        ApiValueType.Integer => CodeType.Integer,
        ApiValueType.Number => CodeType.Number,
        ApiValueType.Object => MapObject(node, place),
        ApiValueType.Array => new CodeType(CodeKind.List, Item: MapItem(node, place)),
        ApiValueType.String => MapText(node, place),
        _ => CodeType.Element,
    };

    private CodeType MapText(ApiNode node, ResultPlace place)
    {
        if (_formats.Find(node) is { } propertyString)
        {
            return propertyString;
        }

        return node.Enumeration is { Count: > 0 } values ? _words.Get(values, [.. place.Words.SkipLast(1)], place.Words[^1]) : CodeType.Text;
    }

    private CodeType MapItem(ApiNode node, ResultPlace place)
    {
        if (node.Alternatives.Count > 0)
        {
            // The forms are property strings of different formats, or what the server made of them.
            return CodeType.Text;
        }

        if (node.Items is null)
        {
            return CodeType.Element;
        }

        CodeType item = Map(node.Items, WithSuffix(place, "Item"));
        return item.Kind == CodeKind.Nothing ? CodeType.Element : item;
    }

    private CodeType MapObject(ApiNode node, ResultPlace place)
    {
        if (node.Properties.Count == 0)
        {
            return node.Extra is { } extra ? new CodeType(CodeKind.Map, Item: MapValue(extra, WithSuffix(place, "Value"))) : CodeType.Element;
        }

        IReadOnlyDictionary<string, string> names = MemberNames.ForResult(_names.Words).Assign(node.Properties.Keys);
        List<MemberModel> members = [];
        foreach ((string wireName, ApiNode member) in node.Properties)
        {
            ResultPlace inner = MemberPlace(place, names[wireName], member);
            CodeType type = MapValue(member, inner);
            bool isIndexed = wireName.EndsWith("[n]", StringComparison.Ordinal);
            members.Add(new MemberModel(
                MemberNames.WithoutIndex(wireName),
                names[wireName],
                member,
                isIndexed ? new CodeType(CodeKind.Indexed, Item: type) : type,
                member.IsOptional || member.When is not null || isIndexed));
        }

        ResultPlace use = place.Words[^1] is "Item" or "Value" or "Result" ? place : place with { Words = [.. place.Words, "Result"] };
        return _classes.Get(members, use, _compact.GetValueOrDefault(place.Endpoint));
    }

    /// <summary>A value inside a result: what is declared as nothing may still come as anything.</summary>
    private CodeType MapValue(ApiNode node, ResultPlace place)
    {
        CodeType type = Map(node, place);
        return type.Kind == CodeKind.Nothing ? CodeType.Element : type;
    }

    private static ResultPlace MemberPlace(ResultPlace place, string name, ApiNode member)
    {
        bool isWord = member.Enumeration is not null || member.Items?.Enumeration is not null;
        IEnumerable<string> words = place.Words[^1] is "Item" or "Result" or "Value" ? place.Words.SkipLast(1) : place.Words;
        return isWord
            ? place with { Words = [.. words, name] }
            : place with { Words = [.. words, .. WordSplitter.Capitals(name), "Result"] };
    }

    private static ResultPlace WithSuffix(ResultPlace place, string suffix)
    {
        if (suffix == "Item" && place.Words[^1] is not ("Result" or "Item" or "Value"))
        {
            // The items of a list of words: the place names the member already.
            return place;
        }

        return place with { Words = [.. place.Words[^1] is "Item" or "Result" or "Value" ? place.Words.SkipLast(1) : place.Words, suffix] };
    }
}
