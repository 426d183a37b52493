using ProxSharp.Api;
using ProxSharp.Http;

namespace ProxSharp.Operations.Http;

/// <summary>A conversation with a backup server about one group of backups; its calls choose the snapshot themselves.</summary>
internal sealed class OpenedSession(IReadOnlyList<string> paths, ApiParameters keys) : IOpening
{
    // What a conversation may say beside the group that it is about.
    private static readonly HashSet<string> s_free = new(StringComparer.Ordinal) { "backup-time", "debug", "no-cache" };

    private volatile bool _isClosed;

    public void Close() => _isClosed = true;

    public bool Covers(ApiCall call) => !_isClosed
        && call.Upload is null
        && call.Operation.Method == ApiMethod.Get
        && paths.Contains(call.Operation.Path)
        && keys.All(key => call.Parameters.Find(key.Name) == key.Text)
        && call.Parameters.All(parameter => s_free.Contains(parameter.Name) || keys.Find(parameter.Name) is not null);
}
