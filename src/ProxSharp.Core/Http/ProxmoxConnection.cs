using ProxSharp.Api;
using ProxSharp.Peers;
using ProxSharp.Schema;
using ProxSharp.WebSockets;

namespace ProxSharp.Http;

/// <summary>Carries calls over HTTP: checks, encodes, sends through the chain of handlers, reads, and repeats what is safe.</summary>
internal sealed class ProxmoxConnection : ApiConnection, IDisposable
{
    private readonly ProxmoxClientOptions _options;
    private readonly RetryPolicy _retry;
    private readonly Pipeline _pipeline;
    private readonly ClientLog _log;
    private volatile SchemaRules _rules;
    private volatile bool _isDisposed;
    private volatile PeerLearner? _learner;

    public ProxmoxConnection(ProxmoxClientOptions options, ProxmoxProduct product, ApiSchema schema)
    {
        OptionsCheck.Check(options);
        _options = options;
        _rules = SchemaRules.Of(schema);
        _retry = new RetryPolicy(options.Retry);
        _log = new ClientLog(options.LoggerFactory);
        _pipeline = new Pipeline(options, product, _log);
    }

    /// <summary>The schema that calls are checked against.</summary>
    public ApiSchema Schema
    {
        get => _rules.Schema;
        set => _rules = SchemaRules.Of(value);
    }

    /// <summary>The tasks that calls got as their answer of late.</summary>
    public RecentTasks Tasks { get; } = new();

    /// <summary>The endpoint that answered last.</summary>
    public ProxmoxEndpoint CurrentEndpoint => _pipeline.Endpoints.Current;

    /// <summary>All endpoints, learnt ones among them.</summary>
    public IReadOnlyList<ProxmoxEndpoint> Endpoints => _pipeline.Endpoints.All;

    /// <summary>Makes successful calls ask now and then for the nodes of the cluster.</summary>
    public void LearnPeersFrom(IPeerSource source) => _learner = new PeerLearner(_options, _pipeline, _log, source);

    /// <inheritdoc/>
    public override async Task<ApiResponse<T>> SendAsync<T>(
        ApiOperation operation, ApiParameters parameters, ApiReader<T> reader, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ApiCall call = Prepare(operation, parameters, null, false, options);
        return Noted(await RunAsync<EnvelopeExchange<T>, ApiResponse<T>>(call, new EnvelopeExchange<T>(reader), cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public override ApiResponse<T> Send<T>(
        ApiOperation operation, ApiParameters parameters, ApiReader<T> reader, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => Noted(Run<EnvelopeExchange<T>, ApiResponse<T>>(
            Prepare(operation, parameters, null, false, options), new EnvelopeExchange<T>(reader), cancellationToken));

    /// <inheritdoc/>
    public override async Task<ApiResponse<T>> UploadAsync<T>(
        ApiOperation operation,
        ApiParameters parameters,
        ApiUpload upload,
        ApiReader<T> reader,
        ApiCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upload);
        ApiCall call = Prepare(operation, parameters, upload, false, options);
        return Noted(await RunAsync<EnvelopeExchange<T>, ApiResponse<T>>(call, new EnvelopeExchange<T>(reader), cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public override ApiResponse<T> Upload<T>(
        ApiOperation operation,
        ApiParameters parameters,
        ApiUpload upload,
        ApiReader<T> reader,
        ApiCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return Noted(Run<EnvelopeExchange<T>, ApiResponse<T>>(
            Prepare(operation, parameters, upload, false, options), new EnvelopeExchange<T>(reader), cancellationToken));
    }

    /// <inheritdoc/>
    public override async Task<ApiDownload> DownloadAsync(
        ApiOperation operation, ApiParameters parameters, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ApiCall call = Prepare(operation, parameters, null, true, options);
        return await RunAsync<DownloadExchange, ApiDownload>(call, default, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ApiDownload Download(
        ApiOperation operation, ApiParameters parameters, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => Run<DownloadExchange, ApiDownload>(Prepare(operation, parameters, null, true, options), default, cancellationToken);

    /// <summary>Opens a websocket.</summary>
    public Task<ProxmoxWebSocketStream> OpenWebSocketAsync(
        ApiOperation operation, ApiParameters parameters, ProxmoxWebSocketOptions options, CancellationToken cancellationToken)
        => RunAsync<WebSocketExchange, ProxmoxWebSocketStream>(
            Prepare(operation, parameters, null, false, null), new WebSocketExchange(options, _options.TimeProvider), cancellationToken);

    /// <inheritdoc cref="OpenWebSocketAsync"/>
    public ProxmoxWebSocketStream OpenWebSocket(
        ApiOperation operation, ApiParameters parameters, ProxmoxWebSocketOptions options, CancellationToken cancellationToken)
        => Run<WebSocketExchange, ProxmoxWebSocketStream>(
            Prepare(operation, parameters, null, false, null), new WebSocketExchange(options, _options.TimeProvider), cancellationToken);

    /// <summary>Makes a call after which the connection speaks another protocol.</summary>
    public Task<UpgradedConnection> UpgradeAsync(
        ApiOperation operation, ApiParameters parameters, string protocol, ApiCallOptions? options, CancellationToken cancellationToken)
        => RunAsync<UpgradeExchange, UpgradedConnection>(
            Prepare(operation, parameters, null, false, options), new UpgradeExchange(protocol), cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _pipeline.Dispose();
    }

    private Task<TResult> RunAsync<TExchange, TResult>(ApiCall call, TExchange exchange, CancellationToken cancellationToken)
        where TExchange : struct, IExchange<TResult>
        => _learner is { IsDue: true } learner
            ? RunAndLearnAsync<TExchange, TResult>(call, exchange, learner, cancellationToken)
            : RunCallAsync<TExchange, TResult>(call, exchange, cancellationToken);

    private async Task<TResult> RunAndLearnAsync<TExchange, TResult>(ApiCall call, TExchange exchange, PeerLearner learner, CancellationToken cancellationToken)
        where TExchange : struct, IExchange<TResult>
    {
        TResult result = await RunCallAsync<TExchange, TResult>(call, exchange, cancellationToken).ConfigureAwait(false);
        await learner.LearnAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }

    private TResult Run<TExchange, TResult>(ApiCall call, TExchange exchange, CancellationToken cancellationToken)
        where TExchange : struct, IExchange<TResult>
    {
        PeerLearner? learner = _learner is { IsDue: true } due ? due : null;
        TResult result = RunCall<TExchange, TResult>(call, exchange, cancellationToken);
        learner?.Learn(cancellationToken);
        return result;
    }

    private async Task<TResult> RunCallAsync<TExchange, TResult>(ApiCall call, TExchange exchange, CancellationToken cancellationToken)
        where TExchange : struct, IExchange<TResult>
    {
        CallScope scope = new(call, _pipeline.Endpoints.Current, _options.TimeProvider, cancellationToken);
        bool kept = false;
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                TimeSpan pause;
                int endpoint = _pipeline.Endpoints.CurrentIndex;
                try
                {
                    TResult result = await exchange.SendAsync(_pipeline, call, scope).ConfigureAwait(false);
                    kept = exchange.KeepsScope;
                    return result;
                }
                catch (Exception failure) when (MustRepeat(call, failure, attempt, endpoint, scope, out pause))
                {
                    Telemetry.CountRetry(scope.Activity, attempt);
                }
                catch (ProxmoxException failure) when (ProxmoxOutcomeUnknownException.Applies(call, failure))
                {
                    throw scope.Lost(failure);
                }

                await scope.WaitAsync(pause).ConfigureAwait(false);
            }
        }
        finally
        {
            if (!kept)
            {
                scope.Dispose();
            }
        }
    }

    private TResult RunCall<TExchange, TResult>(ApiCall call, TExchange exchange, CancellationToken cancellationToken)
        where TExchange : struct, IExchange<TResult>
    {
        CallScope scope = new(call, _pipeline.Endpoints.Current, _options.TimeProvider, cancellationToken);
        bool kept = false;
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                TimeSpan pause;
                int endpoint = _pipeline.Endpoints.CurrentIndex;
                try
                {
                    TResult result = exchange.Send(_pipeline, call, scope);
                    kept = exchange.KeepsScope;
                    return result;
                }
                catch (Exception failure) when (MustRepeat(call, failure, attempt, endpoint, scope, out pause))
                {
                    Telemetry.CountRetry(scope.Activity, attempt);
                }
                catch (ProxmoxException failure) when (ProxmoxOutcomeUnknownException.Applies(call, failure))
                {
                    throw scope.Lost(failure);
                }

                scope.Wait(pause);
            }
        }
        finally
        {
            if (!kept)
            {
                scope.Dispose();
            }
        }
    }

    private ApiResponse<T> Noted<T>(ApiResponse<T> response)
    {
        Tasks.Note(response.Data);
        return response;
    }

    private ApiCall Prepare(ApiOperation operation, ApiParameters parameters, ApiUpload? upload, bool isDownload, ApiCallOptions? options)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(parameters);
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ProxmoxClient));
        SchemaRules rules = _rules;
        OperationBinding binding = operation.Bind(rules.Schema);
        if (binding.HasEncodedTexts)
        {
            parameters = binding.EncodeTexts(parameters);
        }

        if (upload is not null)
        {
            parameters = UploadForm.NameFile(binding, parameters, upload);
        }

        if (binding.Endpoint is not null && (options?.ValidateParameters ?? _options.ValidateParameters))
        {
            rules.Validator.Validate(binding.Endpoint, parameters);
        }

        ApiCall call = new(operation, binding, parameters, upload, isDownload, options, _options);
        _log.Calling(call);
        return call;
    }

    private bool MustRepeat(ApiCall call, Exception failure, int attempt, int endpoint, CallScope scope, out TimeSpan pause)
    {
        // What was sent is over; whatever is sent next, this call's repetition or another call, goes to another server.
        if (!scope.IsCancelled && failure is ProxmoxConnectionException { IsCertificateProblem: false } or ProxmoxApiException { RepeatsReads: true })
        {
            _pipeline.Endpoints.MoveOn(endpoint);
        }

        pause = TimeSpan.Zero;
        if (scope.IsCancelled || failure is not ProxmoxException known || !_retry.TryGetPause(call, known, attempt, scope.Remaining, out pause))
        {
            return scope.Note(failure);
        }

        _log.Retrying(call, attempt, pause, failure);
        return true;
    }
}
