using System.Reflection;
using ProxSharp.Schema;

namespace ProxSharp.Api.Tests;

public sealed class EndpointRequestTests
{
    /// <summary>What the HTTP server makes of an uploaded file itself.</summary>
    private static readonly string[] s_uploadParts = ["filename", "tmpfilename"];

    [Theory]
    [MemberData(nameof(GeneratedApi.Endpoints), MemberType = typeof(GeneratedApi))]
    public async Task Endpoint_SyncAndAsync_SendVerbPathAndPathParameters(string product, string name)
    {
        (ApiEndpoint endpoint, GeneratedMethod method) = GeneratedApi.Find(product, name);
        RecordingConnection connection = new();

        await method.CallAsync(connection, method.Request is { } request ? Samples.Request(request, onlyRequired: true) : null);

        Assert.Equal([false, true], connection.Calls.Select(static call => call.IsAsync));
        ParameterInfo[] parameters = method.Sync.GetParameters();
        List<string> placeholders = [.. endpoint.Path.Split('/').Where(static segment => segment.StartsWith('{')).Select(static segment => segment[1..^1])];
        foreach (RecordedCall call in connection.Calls)
        {
            Assert.Equal(endpoint.Method, call.Operation.Method);
            Assert.Equal(endpoint.Path, call.Operation.Path);
            Assert.Equal(placeholders, call.Parameters.Take(placeholders.Count).Select(static parameter => parameter.Name));
            Assert.Equal(placeholders.Select((_, index) => Samples.PathText(parameters[index].ParameterType, index)), call.Parameters.Take(placeholders.Count).Select(static parameter => parameter.Text));
            Assert.Equal(endpoint.Transport == ApiTransportKind.Download, call.IsDownload);
            Assert.Equal(endpoint.Transport == ApiTransportKind.Upload || endpoint.Parameters.ContainsKey("tmpfilename"), call.Upload is not null);
        }
    }

    [Theory]
    [MemberData(nameof(GeneratedApi.Endpoints), MemberType = typeof(GeneratedApi))]
    public async Task Endpoint_EachMember_ArrivesUnderItsWireNameInItsEncoding(string product, string name)
    {
        (ApiEndpoint endpoint, GeneratedMethod method) = GeneratedApi.Find(product, name);
        Dictionary<string, ApiNode> declared = Declared(endpoint);
        if (method.Request is not { } requestType)
        {
            Assert.Empty(declared);
            return;
        }

        foreach (PropertyInfo property in Samples.Members(requestType))
        {
            string wireName = WireNames.Find(property.Name, declared.Keys);
            List<ApiParameter> arrived = await SendAsync(method, property, endpoint);

            Assert.True(declared.Remove(wireName, out ApiNode? node), $"{property.Name} and another property both stand for {wireName}.");
            bool isIndexed = wireName.EndsWith("[n]", StringComparison.Ordinal);
            string prefix = WireNames.Prefix(wireName);
            Assert.Equal(Samples.Texts(property.PropertyType), arrived.Select(static parameter => parameter.Text));
            Assert.All(arrived, parameter => Assert.Equal(node.Type == ApiValueType.Array, parameter.IsListItem));
            Assert.Equal(
                isIndexed ? [prefix + "1", prefix + "3"] : node.Type == ApiValueType.Array ? [prefix, prefix] : [prefix],
                arrived.Select(static parameter => parameter.Name));
            Assert.All(arrived, parameter => Assert.Equal(Kind(node), parameter.Kind));
        }

        Assert.Empty(declared.Keys);
    }

    [Theory]
    [MemberData(nameof(GeneratedApi.Endpoints), MemberType = typeof(GeneratedApi))]
    public void Endpoint_RequiredParameters_AreRequiredMembers(string product, string name)
    {
        (ApiEndpoint endpoint, GeneratedMethod method) = GeneratedApi.Find(product, name);
        Dictionary<string, ApiNode> declared = Declared(endpoint);
        IEnumerable<string> expected = declared
            .Where(static pair => !pair.Value.IsOptional && pair.Value.When is null && pair.Value.Alternatives.Count == 0 && !pair.Key.EndsWith("[n]", StringComparison.Ordinal))
            .Select(static pair => pair.Key);
        IEnumerable<string> variants = endpoint.Variants?.Parameters.Values.SelectMany(static set => set.Keys) ?? [];
        IEnumerable<string> actual = method.Request is { } request
            ? Samples.Members(request).Where(Samples.IsRequired).Select(property => WireNames.Find(property.Name, declared.Keys))
            : [];
        Assert.Equal(expected.Except(variants).Order(StringComparer.Ordinal), actual.Except(variants).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void GeneratedMethods_Endpoints_AreExactlyThoseOfTheSchema()
    {
        foreach (GeneratedApi api in new[] { GeneratedApi.Pve, GeneratedApi.Pbs })
        {
            Assert.Equal(api.Schema.Endpoints.Select(static endpoint => endpoint.ToString()).Order(StringComparer.Ordinal), api.Methods.Keys.Order(StringComparer.Ordinal));
        }
    }

    private static async Task<List<ApiParameter>> SendAsync(GeneratedMethod method, PropertyInfo property, ApiEndpoint endpoint)
    {
        ApiRequest request = Samples.Request(method.Request!, onlyRequired: true);
        property.SetValue(request, Samples.Value(property.PropertyType));
        RecordingConnection connection = new();
        await method.CallAsync(connection, request);

        // What the other required members and the path added is taken away again: one member is left.
        int path = endpoint.Path.Count(static c => c == '{');
        ApiRequest others = Samples.Request(method.Request!, onlyRequired: true);
        property.SetValue(others, property.PropertyType.IsValueType ? Activator.CreateInstance(property.PropertyType) : null);
        ApiParameters rest = new();
        others.WriteTo(rest);
        HashSet<string> names = [.. rest.Where(static parameter => parameter.Text.Length > 0 && parameter.Text != "0").Select(static parameter => parameter.Name)];
        Assert.Equal(connection.Calls[0].Parameters, connection.Calls[1].Parameters);
        return [.. connection.Calls[0].Parameters.Skip(path).Where(parameter => !names.Contains(parameter.Name))];
    }

    private static Dictionary<string, ApiNode> Declared(ApiEndpoint endpoint)
    {
        Dictionary<string, ApiNode> declared = new(StringComparer.Ordinal);
        bool isMultipart = endpoint.Parameters.ContainsKey("tmpfilename");
        IEnumerable<KeyValuePair<string, ApiNode>> variants = endpoint.Variants?.Parameters.Values.SelectMany(static set => set) ?? [];
        foreach ((string name, ApiNode node) in endpoint.Parameters.Concat(variants))
        {
            if (!endpoint.Path.Contains($"{{{name}}}", StringComparison.Ordinal) && !(isMultipart && s_uploadParts.Contains(name)))
            {
                declared.TryAdd(name, node);
            }
        }

        return declared;
    }

    private static ApiParameterKind Kind(ApiNode node) => node.Type switch
    {
        ApiValueType.Boolean => ApiParameterKind.Boolean,
        ApiValueType.Integer or ApiValueType.Number => ApiParameterKind.Number,
        ApiValueType.Array when node.Items?.Type is ApiValueType.Integer => ApiParameterKind.Number,
        _ => ApiParameterKind.Text,
    };
}
