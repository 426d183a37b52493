using ProxSharp.CodeGen.Docs;
using ProxSharp.CodeGen.Naming;
using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Model;

/// <summary>Chooses names and types of parameters. The type follows the endpoint's own declaration: the same name means different things elsewhere.</summary>
internal sealed class RequestMapper
{
    /// <summary>What the HTTP server itself adds to an uploaded file.</summary>
    private static readonly string[] s_uploadParts = ["filename", "tmpfilename"];

    private readonly NameTable _names;
    private readonly FormatBuilder _formats;
    private readonly WordRegistry _words;

    /// <summary>Creates a mapper.</summary>
    public RequestMapper(NameTable names, FormatBuilder formats, WordRegistry words) => (_names, _formats, _words) = (names, formats, words);

    /// <summary>Returns the path parameters in the order of the path.</summary>
    public IReadOnlyList<MemberModel> PathParameters(ApiEndpoint endpoint, IReadOnlyList<string> place)
    {
        List<MemberModel> members = [];
        foreach (string name in ApiPath.Placeholders(endpoint.Path))
        {
            ApiNode node = endpoint.Parameters.TryGetValue(name, out ApiNode? declared) ? declared : new ApiNode { Type = ApiValueType.String };
            members.Add(new MemberModel(name, _names.Words.Camel(name), node, Map(node, name, place, _names.Words.Pascal(name)), IsOptional: false));
        }

        return members;
    }

    /// <summary>Returns the other parameters; null if there are none.</summary>
    public RequestModel? Request(ApiEndpoint endpoint, string name, IReadOnlyList<string> place, CallKind kind)
    {
        HashSet<string> inPath = [.. ApiPath.Placeholders(endpoint.Path)];
        OrderedDictionary<string, (ApiNode Node, bool IsOptional, string? Note)> parameters = new(StringComparer.Ordinal);
        foreach ((string wireName, ApiNode node) in endpoint.Parameters)
        {
            if (!inPath.Contains(wireName) && !(kind == CallKind.Upload && s_uploadParts.Contains(wireName)))
            {
                parameters[wireName] = (node, node.IsOptional || node.When is not null || node.Alternatives.Count > 0, null);
            }
        }

        AddVariants(endpoint, parameters);
        if (parameters.Count == 0)
        {
            return null;
        }

        IReadOnlyDictionary<string, string> names = MemberNames.ForRequest(_names.Words).Assign(parameters.Keys);
        return new RequestModel(name, [.. parameters.Select(pair => Member(pair.Key, pair.Value, names[pair.Key], place))]);
    }

    private static void AddVariants(ApiEndpoint endpoint, OrderedDictionary<string, (ApiNode Node, bool IsOptional, string? Note)> parameters)
    {
        if (endpoint.Variants is not { } variants)
        {
            return;
        }

        foreach (string wireName in variants.Parameters.Values.SelectMany(static set => set.Keys).Distinct(StringComparer.Ordinal))
        {
            List<string> holding = [.. variants.Parameters.Where(pair => pair.Value.ContainsKey(wireName)).Select(static pair => pair.Key)];
            ApiNode node = variants.Parameters[holding[0]][wireName];
            bool isInAll = holding.Count == variants.Parameters.Count;
            bool isOptional = !isInAll || variants.Parameters.Values.Any(set => set[wireName].IsOptional);
            parameters.TryAdd(wireName, (node, isOptional, isInAll ? null : $"Only while <c>{variants.By}</c> is {DocText.Codes(holding)}."));
        }
    }

    private MemberModel Member(string wireName, (ApiNode Node, bool IsOptional, string? Note) parameter, string name, IReadOnlyList<string> place)
    {
        CodeType type = Map(parameter.Node, wireName, place, name);
        bool isIndexed = wireName.EndsWith("[n]", StringComparison.Ordinal);
        return new MemberModel(
            MemberNames.WithoutIndex(wireName),
            name,
            parameter.Node,
            isIndexed ? new CodeType(CodeKind.Indexed, Item: type) : type,
            parameter.IsOptional || isIndexed,
            parameter.Note);
    }

    private CodeType Map(ApiNode node, string wireName, IReadOnlyList<string> place, string member) => node.Type switch
    {
        ApiValueType.Boolean => CodeType.Boolean,
        ApiValueType.Integer => CodeType.Integer,
        ApiValueType.Number => CodeType.Number,
        ApiValueType.Array => new CodeType(CodeKind.List, Item: MapItem(node, wireName, place, member)),
        _ => MapText(node, place, member),
    };

    private CodeType MapItem(ApiNode node, string wireName, IReadOnlyList<string> place, string member) => node.Items switch
    {
        // The names of members to reset: each endpoint has its own list, none of them is worth a type.
        _ when wireName == "delete" || node.Alternatives.Count > 0 || node.Items is null => CodeType.Text,
        { Type: ApiValueType.Integer } => CodeType.Integer,
        { } item => MapText(item, place, member),
    };

    private CodeType MapText(ApiNode node, IReadOnlyList<string> place, string member)
    {
        if (_formats.Find(node) is { } propertyString)
        {
            return propertyString;
        }

        return node.Enumeration is { Count: > 0 } values ? _words.Get(values, place, member) : CodeType.Text;
    }
}
