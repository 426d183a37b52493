using ProxSharp.Api;

namespace ProxSharp.Http;

/// <summary>One call on its way through the pipeline.</summary>
internal sealed class ApiCall
{
    // Proxmox: the backup server removes a tape from its database with a GET.
    private const string DestructiveGet = "/tape/media/destroy";

    public ApiCall(
        ApiOperation operation,
        OperationBinding binding,
        ApiParameters parameters,
        ApiUpload? upload,
        bool isDownload,
        ApiCallOptions? options,
        ProxmoxClientOptions client)
    {
        Operation = operation;
        Binding = binding;
        Parameters = parameters;
        (Upload, IsDownload) = (upload, isDownload);

        // How long a file takes is for the network to say, unless the caller sets a limit.
        Timeout = options?.Timeout ?? (upload is null && !isDownload ? client.Timeout : System.Threading.Timeout.InfiniteTimeSpan);
        OptionsCheck.CheckTime(Timeout, nameof(options));
        RetryBusy = options?.RetryBusy ?? client.Retry.Busy;
        Action = options?.Action;
    }

    public ApiOperation Operation { get; }

    public OperationBinding Binding { get; }

    public ApiParameters Parameters { get; }

    public TimeSpan Timeout { get; }

    public bool RetryBusy { get; }

    /// <summary>What the call does in words; null if the caller did not say.</summary>
    public string? Action { get; }

    /// <summary>The file to send; null for other calls.</summary>
    public ApiUpload? Upload { get; }

    /// <summary>True if the answer is a byte stream.</summary>
    public bool IsDownload { get; }

    public bool IsRead => Operation.Method == ApiMethod.Get && Operation.Path != DestructiveGet;

    /// <summary>The body of the latest attempt; null if the call has none.</summary>
    public ITrackedContent? Body { get; set; }

    /// <summary>True if bytes of the request may have reached a server. Without a body nothing tells, so it counts as sent.</summary>
    public bool MayHaveReachedServer => Body is null || Body.Started;

    /// <summary>The path below the API root as messages show it: ids are not escaped.</summary>
    public string Path => Operation.Template.Describe(Parameters);

    /// <summary>Verb and path as messages show them.</summary>
    public override string ToString() => $"{Operation.Method.ToVerb()} {Path}";
}
