using ProxSharp.Backup.Upload;

namespace ProxSharp.Backup.Runs;

/// <summary>An archive at work.</summary>
/// <param name="Name">Its stored name.</param>
/// <param name="Upload">Takes its bytes.</param>
/// <param name="Counters">What was read and sent.</param>
/// <param name="Started">When it began, as a timestamp.</param>
internal sealed record RunningArchive(string Name, ArchiveUpload Upload, TransferCounters Counters, long Started);
