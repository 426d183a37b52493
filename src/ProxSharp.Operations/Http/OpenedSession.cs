using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Http;

/// <summary>
/// A conversation with a backup server about one group of backups; its calls choose the snapshot themselves. The notes that were allowed with it may be set
/// on the snapshot that it makes, and on no other.
/// </summary>
internal sealed class OpenedSession(ApiSchema schema, IReadOnlyList<string> paths, ApiParameters keys, ApiParameters? notes) : IOpening
{
    private const string Time = "backup-time";

    // What a conversation may say beside the group that it is about.
    private static readonly HashSet<string> s_free = new(StringComparer.Ordinal) { Time, "debug", "no-cache" };

    private volatile OpenedCall? _notes;
    private volatile bool _isClosed;

    public void Close() => _isClosed = true;

    public bool Covers(ApiCall call) => !_isClosed && (CoversTalk(call) || _notes?.Covers(call) == true);

    private bool CoversTalk(ApiCall call)
    {
        bool covers = call.Upload is null
            && call.Operation.Method == ApiMethod.Get
            && paths.Contains(call.Operation.Path)
            && keys.All(key => call.Parameters.Find(key.Name) == key.Text)
            && call.Parameters.All(parameter => s_free.Contains(parameter.Name) || keys.Find(parameter.Name) is not null);
        if (covers && notes is not null && call.Operation.Path == SessionOpening.Backup
            && call.Parameters.Where(static parameter => parameter.Name == Time).ToArray() is [var time])
        {
            _notes = new OpenedCall(schema, SessionOpening.Notes, [.. notes, time], null);
        }

        return covers;
    }
}
