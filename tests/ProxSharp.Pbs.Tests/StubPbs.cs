using System.Net;
using System.Text.Json;
using ProxSharp.Authentication;
using ProxSharp.Testing;

namespace ProxSharp.Pbs.Tests;

/// <summary>A client whose server is a function, for answers that no simulator gives and for what goes over the wire.</summary>
internal sealed class StubPbs : IDisposable
{
    public const string TaskId = @"UPID:vm:000046D1:00052608:00000024:6B035B84:prune:golden\x3a:golden@pbs!tok:";

    private const string Root = "/api2/json";

    public StubPbs(Func<StubCall, HttpResponseMessage> answer, bool validate = true, TimeProvider? time = null)
    {
        Handler = new StubHandler(answer);
        Pbs = new PbsClient(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse("pbs1", ProxmoxProduct.BackupServer)],
            Credentials = ProxmoxCredentials.ApiToken("ci@pbs!t", "secret"),
            Handler = _ => Handler,
            ValidateParameters = validate,
            TimeProvider = time ?? TimeProvider.System,
        });
    }

    /// <summary>Answers every call with a result.</summary>
    public StubPbs(string json)
        : this(_ => Data(json))
    {
    }

    public StubHandler Handler { get; }

    public PbsClient Pbs { get; }

    public Datastore Store => Pbs.Datastores["store1"];

    public BackupGroup Group => Store.Namespaces["a/b"].Groups["vm/100"];

    public BackupSnapshot Snapshot => Store.Namespaces["a/b"].Snapshots["vm/100/2024-05-01T10:11:12Z"];

    /// <summary>The last call as one line: verb, path, and the parameters in order, wherever they stood.</summary>
    public string LastCall => Describe(Handler.Calls[^1]);

    public static HttpResponseMessage Data(string json) => StubHandler.Json($$"""{"data":{{json}}}""");

    public static HttpResponseMessage Failure(int status, string text) => StubHandler.Text(status, "Bad Request", text);

    public static string Describe(StubCall call)
    {
        string[] target = call.Target[Root.Length..].Split('?');
        IEnumerable<string> parameters = target.Length > 1 ? Form(target[1]) : [];
        return string.Join(' ', [call.Method, target[0], .. parameters.Concat(BodyParameters(call)).Order(StringComparer.Ordinal)]);
    }

    /// <summary>The parameters of a call, wherever they stood outside of the path: <c>name=value</c>.</summary>
    public static IEnumerable<(string Name, string Value)> Parameters(StubCall call)
    {
        string[] target = call.Target.Split('?');
        return (target.Length > 1 ? Form(target[1]) : []).Concat(BodyParameters(call)).Select(static text => (text.Split('=')[0], text[(text.IndexOf('=') + 1)..]));
    }

    /// <summary>Runs a body on one of the two paths and checks that the call took it.</summary>
    public async Task<T> RunAsync<T>(bool sync, Func<T> syncBody, Func<Task<T>> asyncBody)
    {
        T result = sync ? syncBody() : await asyncBody();
        Assert.All(Handler.Calls, call => Assert.Equal(sync, call.IsSync));
        return result;
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public async Task RunAsync(bool sync, Action syncBody, Func<Task> asyncBody)
    {
        if (sync)
        {
            syncBody();
        }
        else
        {
            await asyncBody();
        }

        Assert.All(Handler.Calls, call => Assert.Equal(sync, call.IsSync));
    }

    public void Dispose() => Pbs.Dispose();

    private static IEnumerable<string> Form(string text) => text.Split('&').Select(WebUtility.UrlDecode).OfType<string>();

    private static IEnumerable<string> BodyParameters(StubCall call)
    {
        switch (call.Body.Length == 0 ? null : call.Headers["Content-Type"].Split(';')[0])
        {
            case "application/x-www-form-urlencoded":
                return Form(call.BodyText);
            case not "application/json":
                return [];
        }

        using JsonDocument body = JsonDocument.Parse(call.BodyText);
        return [.. body.RootElement.EnumerateObject().SelectMany(static member => member.Value.ValueKind == JsonValueKind.Array
            ? member.Value.EnumerateArray().Select(item => $"{member.Name}={item}")
            : [$"{member.Name}={(member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? member.Value.GetRawText() : member.Value.ToString())}"])];
    }
}
