using System.Reflection;
using ProxSharp.Pbs.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;

namespace ProxSharp.Api.Tests;

/// <summary>All generated methods of a product, found by walking the properties from the root, by the endpoint they call.</summary>
internal sealed class GeneratedApi
{
    public static readonly GeneratedApi Pve = new(PveApiSchema.Embedded, typeof(PveApi));
    public static readonly GeneratedApi Pbs = new(PbsApiSchema.Embedded, typeof(PbsApi));

    private readonly Dictionary<string, List<GeneratedMethod>> _methods = new(StringComparer.Ordinal);

    private GeneratedApi(ApiSchema schema, Type root)
    {
        Schema = schema;
        Walk(root);
    }

    public ApiSchema Schema { get; }

    public IReadOnlyDictionary<string, List<GeneratedMethod>> Methods => _methods;

    /// <summary>Each endpoint of both products as one row: product, verb and path.</summary>
    public static TheoryData<string, string> Endpoints()
    {
        TheoryData<string, string> rows = [];
        foreach ((string product, GeneratedApi api) in new[] { ("pve", Pve), ("pbs", Pbs) })
        {
            foreach (ApiEndpoint endpoint in api.Schema.Endpoints)
            {
                rows.Add(product, endpoint.ToString());
            }
        }

        return rows;
    }

    public static (ApiEndpoint Endpoint, GeneratedMethod Method) Find(string product, string endpoint)
    {
        GeneratedApi api = product == "pve" ? Pve : Pbs;
        Assert.True(api._methods.TryGetValue(endpoint, out List<GeneratedMethod>? methods), $"No generated method calls {endpoint}.");
        return (api.Schema.Endpoints.Single(candidate => candidate.ToString() == endpoint), Assert.Single(methods));
    }

    private void Walk(Type group)
    {
        foreach (PropertyInfo property in group.GetProperties())
        {
            Walk(property.PropertyType);
        }

        object? instance = null;
        foreach (MethodInfo async in group.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(static method => method.Name.EndsWith("Async", StringComparison.Ordinal)))
        {
            MethodInfo sync = group.GetMethod(async.Name[..^"Async".Length]) ?? throw new InvalidOperationException($"{group.Name}.{async.Name} has no synchronous twin.");
            GeneratedMethod method = new(async, sync);
            RecordingConnection connection = new();
            instance = Activator.CreateInstance(group, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, [connection], null);
            sync.Invoke(instance, Samples.Arguments(sync, method.Request is { } request ? Samples.Request(request, onlyRequired: true) : null));
            string operation = connection.Calls.Single().Operation.ToString();
            if (!_methods.TryGetValue(operation, out List<GeneratedMethod>? methods))
            {
                _methods[operation] = methods = [];
            }

            methods.Add(method);
        }
    }
}
