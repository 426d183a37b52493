using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Schema;
using ProxSharp.Testing;

namespace ProxSharp.Core.Tests.Http;

/// <summary>A connection on a stub handler, called synchronously or asynchronously by the same test.</summary>
internal sealed class TestConnection : IDisposable
{
    private readonly ProxmoxConnection _connection;

    public TestConnection(Func<StubCall, HttpResponseMessage> answer, ProxmoxProduct product = ProxmoxProduct.VirtualEnvironment, Func<ProxmoxClientOptions, ProxmoxClientOptions>? change = null, ApiSchema? schema = null)
    {
        Stub = new StubHandler(answer);
        string host = product == ProxmoxProduct.BackupServer ? "pbs1" : "pve1";
        ProxmoxClientOptions options = new()
        {
            Endpoints = [ProxmoxEndpoint.Parse(host, product)],
            Handler = _ => Stub,
            Retry = ProxmoxRetryOptions.None,
        };
        _connection = new ProxmoxConnection(change?.Invoke(options) ?? options, product, schema ?? (product == ProxmoxProduct.BackupServer ? RepositoryFiles.Pbs : RepositoryFiles.Pve));
        Raw = new RawApi(_connection);
    }

    public StubHandler Stub { get; }

    public RawApi Raw { get; }

    public ProxmoxConnection Connection => _connection;

    public StubCall LastCall => Stub.Calls[^1];

    public Task<ApiResponse<JsonElement>> SendAsync(bool sync, ApiOperation operation, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => SendAsync(sync, operation, ApiReaders.Element, parameters, options, cancellationToken);

    public async Task<ApiResponse<T>> SendAsync<T>(bool sync, ApiOperation operation, ApiReader<T> reader, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => sync
            ? _connection.Send(operation, parameters ?? [], reader, options, cancellationToken)
            : await _connection.SendAsync(operation, parameters ?? [], reader, options, cancellationToken);

    public void Dispose() => _connection.Dispose();
}
