using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Pbs.Api;
using ProxSharp.Schema;
using ProxSharp.Testing;

namespace ProxSharp.Pbs.Tests.Domain;

/// <summary>Every method of the domain layer that only calls an endpoint: both twins make one and the same call, to an endpoint that there is.</summary>
public sealed class DomainCallTests
{
    public static TheoryData<string> Calls() => [.. DomainCall.All.Keys];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_SyncAndAsync_SendTheSameRequestOverTheirOwnPaths(string name)
    {
        DomainCall call = DomainCall.All[name];
        using StubPbs stub = new(_ => StubPbs.Data(call.Answer), validate: false);
        object? sync = await call.InvokeAsync(stub.Pbs, sync: true);
        object? async = await call.InvokeAsync(stub.Pbs, sync: false);

        Assert.Equal([true, false], stub.Handler.Calls.Select(static sent => sent.IsSync));
        Assert.Equal(StubPbs.Describe(stub.Handler.Calls[0]), StubPbs.Describe(stub.Handler.Calls[1]));
        Assert.Equal(sync?.GetType(), async?.GetType());
        if (call.Sync.ReturnType == typeof(PbsTask))
        {
            Assert.Equal(StubPbs.TaskId, ((PbsTask)sync!).Upid.ToString());
            Assert.Equal(StubPbs.TaskId, ((PbsTask)async!).Upid.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_OverTheWire_GoesToTheEndpointThatItsDocumentationNames(string name)
    {
        DomainCall call = DomainCall.All[name];
        using StubPbs stub = new(_ => StubPbs.Data(call.Answer), validate: false);
        await call.InvokeAsync(stub.Pbs, sync: false);
        StubCall sent = stub.Handler.Calls[0];
        string path = sent.Target["/api2/json".Length..].Split('?')[0];
        Assert.True(PbsApiSchema.Embedded.TryMatch(Enum.Parse<ApiMethod>(sent.Method, ignoreCase: true), path, out ApiMatch? match), $"There is no {sent.Method} {path}.");

        // Arguments of the method stand in the path in their order, after what the handle knows.
        string[] texts = [.. call.Async.GetParameters().Where(static parameter => parameter.ParameterType == typeof(string)).Select(static parameter => $"arg {parameter.Position}")];
        string[] values = [.. match.Endpoint.Path.Split('/').Where(static part => part.StartsWith('{')).Select(part => match.PathValues[part[1..^1]])];
        Assert.Equal(texts.Where(values.Contains), values.Where(static value => value.StartsWith("arg ", StringComparison.Ordinal)));
        Assert.All(values.Where(static value => !value.StartsWith("arg ", StringComparison.Ordinal)), static value => Assert.Contains(value, (string[])["localhost", "name1", StubPbs.TaskId]));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_OverTheWire_SendsWhatIsDeclaredAndAllThatIsRequired(string name)
    {
        DomainCall call = DomainCall.All[name];
        using StubPbs stub = new(_ => StubPbs.Data(call.Answer), validate: false);
        await call.InvokeAsync(stub.Pbs, sync: false);
        StubCall sent = stub.Handler.Calls[0];
        string path = sent.Target["/api2/json".Length..].Split('?')[0];
        Assert.True(PbsApiSchema.Embedded.TryMatch(Enum.Parse<ApiMethod>(sent.Method, ignoreCase: true), path, out ApiMatch? match));
        (string Name, string Value)[] parameters = [.. StubPbs.Parameters(sent)];

        foreach ((string parameter, string value) in parameters)
        {
            Assert.True(match.Endpoint.Parameters.TryGetValue(parameter, out ApiNode? node), $"{match.Endpoint.Path} has no parameter {parameter}.");
            Assert.True(Fits(node.Type, value), $"{parameter} of {match.Endpoint.Path} is a {node.Type}, not {value}.");
        }

        // Which ones a variant needs depends on its kind; a list without items is not sent.
        IEnumerable<string> required = match.Endpoint.Variants is not null ? [] : match.Endpoint.Parameters
            .Where(pair => !pair.Value.IsOptional && pair.Value is { When: null, Alternatives.Count: 0 } && pair.Value.Type != ApiValueType.Array)
            .Select(static pair => pair.Key)
            .Where(parameter => !match.Endpoint.Path.Contains($"{{{parameter}}}", StringComparison.Ordinal));
        Assert.Empty(required.Except(parameters.Select(static parameter => parameter.Name)));
    }

    private static bool Fits(ApiValueType? type, string value) => type switch
    {
        ApiValueType.Boolean => value is "true" or "false",
        ApiValueType.Integer => long.TryParse(value, CultureInfo.InvariantCulture, out _),
        ApiValueType.Number => double.TryParse(value, CultureInfo.InvariantCulture, out _),
        _ => true,
    };

    [Fact]
    public void Calls_Number_IsThatOfAWholeApi() => Assert.True(DomainCall.All.Count > 240, $"Only {DomainCall.All.Count} calls were found.");
}
