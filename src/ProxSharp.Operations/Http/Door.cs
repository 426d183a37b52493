using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Http;

/// <summary>Refuses every request that is not a read, unless the guard has opened it for exactly that call in the present flow of execution.</summary>
internal sealed class Door
{
    private static readonly string[] s_pages = ["/pve-docs/api-viewer/apidoc.js", "/docs/api-viewer/apidata.js"];

    private readonly AsyncLocal<IOpening?> _opened = new();
    private readonly OperationCatalogue _catalogue;
    private readonly ApiSchema _schema;

    public Door(ApiSchema schema)
    {
        _schema = schema;
        _catalogue = OperationCatalogue.For(schema.Product);
    }

    /// <summary>Puts the door into the options of a client.</summary>
    public ProxmoxClientOptions Guard(ProxmoxClientOptions options)
    {
        Func<ProxmoxEndpoint, HttpMessageHandler>? make = options.Handler;
        return options with
        {
            Handler = endpoint => new DoorHandler(
                this,
                make?.Invoke(endpoint)
                    ?? SocketsHandlerFactory.Create(endpoint, options.Trust, options.ConnectTimeout, options.RepairConnectionHeader)),

            // Nodes that are learnt have certificates of their own, which handlers made here would not know.
            LearnPeers = false,

            // What was approved once is sent once.
            Retry = options.Retry with { Busy = false },
        };
    }

    /// <summary>Lets one call through until the result is disposed. Flows with the present execution only.</summary>
    public IDisposable Open(ApiOperation operation, ApiParameters parameters, ApiUpload? upload = null) =>
        Open(new OpenedCall(_schema, operation, parameters, upload));

    /// <summary>Lets through what an opening covers until the result is disposed. Flows with the present execution only.</summary>
    public IDisposable Open(IOpening opening)
    {
        _opened.Value = opening;
        return new Closing(this, opening);
    }

    public void Check(ApiCall call, string? path)
    {
        if (path is null)
        {
            // The schema page that servers publish beside their API.
            if (call.Operation is { IsPage: true, Method: ApiMethod.Get } && s_pages.Contains(call.Operation.Path, StringComparer.Ordinal))
            {
                return;
            }

            throw Refuse(call.Operation.ToString(), OperationClass.Privileged);
        }

        OperationClass worst = OperationClass.Privileged;
        string? reason = null;
        if (_schema.TryMatch(call.Operation.Method, path, out ApiMatch? match))
        {
            OperationEntry entry = _catalogue.Find(match.Endpoint.Method, match.Endpoint.Path);
            (worst, reason) = (entry.ClassOf(call.Parameters), entry.Reason);
            if (entry.IsClassified && worst == OperationClass.Read)
            {
                return;
            }
        }

        if (_opened.Value is not { } opened || !opened.Covers(call))
        {
            throw Refuse(call.ToString(), worst, reason);
        }
    }

    public static GuardRefusedException Refuse(string what, OperationClass kind, string? reason = null) => new(
        "door",
        $"{what} was not sent: it is {OperationCatalogue.Word(kind)}{(reason is null ? "" : $" ({reason})")}, "
            + "and only an applied plan may send what is not read.");

    private sealed class Closing(Door door, IOpening call) : IDisposable
    {
        public void Dispose()
        {
            call.Close();
            if (ReferenceEquals(door._opened.Value, call))
            {
                door._opened.Value = null;
            }
        }
    }
}
