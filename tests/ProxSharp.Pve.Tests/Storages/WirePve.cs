using System.Net;
using ProxSharp.Authentication;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Storages;

/// <summary>A client whose server is a function: for answers that the simulator does not give, and for what goes over the wire.</summary>
internal sealed class WirePve : IDisposable
{
    public WirePve(Func<StubCall, HttpResponseMessage> answer)
    {
        Stub = new StubHandler(answer);
        Pve = new PveClient(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse("pve1", ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken("root@pam!t", "11111111-2222-3333-4444-555555555555"),
            Handler = _ => Stub,
            Retry = ProxmoxRetryOptions.None,
        });
    }

    public WirePve(string json)
        : this(_ => StubHandler.Json(json))
    {
    }

    public StubHandler Stub { get; }

    public PveClient Pve { get; }

    public Storage Local => Pve.Nodes["pve1"].Storages["local"];

    /// <summary>Verb and path of the latest request.</summary>
    public string LastRequest => $"{Stub.Calls[^1].Method} {Stub.Calls[^1].Target}";

    /// <summary>The parameters in the body of the latest request, decoded, in order.</summary>
    public string LastBody => string.Join('&', Stub.Calls[^1].BodyText.Split('&').Select(WebUtility.UrlDecode));

    public void Dispose() => Pve.Dispose();
}
