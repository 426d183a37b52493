using System.Net;
using ProxSharp.Authentication;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests;

/// <summary>A client whose server is a function, for answers that no simulator gives.</summary>
internal sealed class StubCluster : IDisposable
{
    public StubCluster(Func<StubCall, HttpResponseMessage> answer, TimeProvider? time = null)
    {
        Handler = new StubHandler(answer);
        Pve = new PveClient(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse("pve1", ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken("ci@pve!t", "secret"),
            Handler = _ => Handler,
            TimeProvider = time ?? TimeProvider.System,
        });
    }

    public StubHandler Handler { get; }

    public PveClient Pve { get; }

    public Vm Vm => Pve.Nodes["pve1"].Vms[100];

    public Container Container => Pve.Nodes["pve1"].Containers[200];

    /// <summary>The path of a request below the API, without its query.</summary>
    public static string PathOf(StubCall call) => call.Target["/api2/json".Length..].Split('?')[0];

    /// <summary>The values of a parameter, wherever it stands.</summary>
    public static string[] Values(StubCall call, string name) =>
    [
        .. (call.Method is "GET" or "DELETE" ? call.Target[(call.Target.IndexOf('?', StringComparison.Ordinal) + 1)..] : call.BodyText).Split('&')
            .Select(static pair => pair.Split('=', 2)).Where(pair => pair[0] == name).Select(static pair => WebUtility.UrlDecode(pair[1])),
    ];

    public static HttpResponseMessage Data(string json) => StubHandler.Json($$"""{"data":{{json}}}""");

    public static HttpResponseMessage Failure(int status, string text) => StubHandler.Json($$"""{"data":null,"message":"{{text}}\n"}""", status, text);

    public void Dispose() => Pve.Dispose();
}
