using System.Text.Json.Nodes;
using ProxSharp.CodeGen.Naming;
using ProxSharp.CodeGen.Schema;
using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Model;

/// <summary>Makes the model of a product's API from its schema.</summary>
internal sealed class ApiModelBuilder
{
    private readonly Product _product;
    private readonly ApiSchema _schema;
    private readonly NameTable _names;
    private readonly UniqueNames _typeNames;
    private readonly WordRegistry _words = new();
    private readonly ClassRegistry _classes = new();
    private readonly FormatBuilder _formats;
    private readonly RequestMapper _requests;
    private readonly ResultMapper _results;

    private ApiModelBuilder(Product product, ApiSchema schema, NameTable names, IReadOnlyDictionary<string, CompactLayout> compact)
    {
        (_product, _schema, _names) = (product, schema, names);
        _typeNames = new UniqueNames([.. Keywords.Types, .. typeof(ApiSchema).Assembly.GetExportedTypes().Select(static type => type.Name.Split('`')[0])]);
        _formats = new FormatBuilder(schema, names, _words, _typeNames);
        _requests = new RequestMapper(names, _formats, _words);
        _results = new ResultMapper(names, _formats, _words, _classes, compact);
    }

    /// <summary>Builds the model.</summary>
    public static ApiModel Build(Product product, ApiSchema schema, NameTable names, JsonObject overrides)
    {
        foreach (string fixedName in names.Operations.Where(name => schema.Endpoints.All(endpoint => endpoint.ToString() != name)))
        {
            throw new InvalidOperationException($"The name table names the unknown endpoint '{fixedName}'.");
        }

        return new ApiModelBuilder(product, schema, names, CompactLayout.ReadAll(overrides)).Build();
    }

    private ApiModel Build()
    {
        GroupModel root = new GroupBuilder(_product, _names).Build(_schema);
        ApiModel model = new(_product, root, _classes.Classes, _words.Words, _formats.Models);
        MethodNamer methods = new(_schema, _names);
        foreach (GroupModel group in model.Groups)
        {
            _typeNames.Take(group.Name);
            foreach ((ApiEndpoint endpoint, string name) in methods.Assign(group).OrderBy(static pair => pair.Key.Path, StringComparer.Ordinal).ThenBy(static pair => pair.Key.Method))
            {
                group.Methods.Add(BuildMethod(group, endpoint, name));
            }
        }

        TypeNamer namer = new(_names, _typeNames);
        namer.Name(_classes.Classes);
        namer.Name(_words.Words);
        return model;
    }

    private EndpointModel BuildMethod(GroupModel group, ApiEndpoint endpoint, string name)
    {
        CallKind kind = KindOf(endpoint);
        List<string> place = [.. group.Words, .. WordSplitter.Capitals(name)];
        string requestName = string.Concat(group.Words) + name + "Request";
        RequestModel? request = _requests.Request(endpoint, requestName, group.Words, kind);
        if (request is not null && _typeNames.Take(requestName) != requestName)
        {
            throw new InvalidOperationException($"There are two types called {requestName}: name one of the methods in names.json.");
        }

        return new EndpointModel
        {
            Endpoint = endpoint,
            Name = name,
            PathParameters = _requests.PathParameters(endpoint, group.Words),
            Request = request,
            Result = kind == CallKind.Download ? CodeType.Nothing : MapResult(endpoint, group, place, name),
            IsResultOptional = endpoint.Returns.IsOptional || endpoint.Task == ApiTaskKind.Maybe,
            Kind = kind,
        };
    }

    private CodeType MapResult(ApiEndpoint endpoint, GroupModel group, List<string> place, string name)
    {
        if (endpoint.Returns.Type == ApiValueType.String || endpoint.Task is ApiTaskKind.Returns or ApiTaskKind.Undeclared or ApiTaskKind.Maybe)
        {
            return CodeType.Text;
        }

        if (endpoint.Returns.Type == ApiValueType.Null)
        {
            // A read that declares nothing has something to say all the same.
            return endpoint.Method == ProxSharp.Api.ApiMethod.Get ? CodeType.Element : CodeType.Nothing;
        }

        bool isPlain = name.StartsWith("List", StringComparison.Ordinal) || name.StartsWith("Get", StringComparison.Ordinal);
        IEnumerable<string> words = isPlain ? [.. group.Words, .. place.Skip(group.Words.Count + 1)] : place;
        return _results.Map(endpoint.Returns, new ResultPlace([.. words, "Result"], endpoint.ToString(), endpoint.Path, group.File));
    }

    private static CallKind KindOf(ApiEndpoint endpoint) => endpoint.Transport switch
    {
        ApiTransportKind.Download => CallKind.Download,
        ApiTransportKind.Upload => CallKind.Upload,

        // Proxmox: the parameter that the HTTP server fills in itself marks the multipart upload of Proxmox VE.
        _ when endpoint.Parameters.ContainsKey("tmpfilename") => CallKind.Upload,
        _ => CallKind.Plain,
    };
}
