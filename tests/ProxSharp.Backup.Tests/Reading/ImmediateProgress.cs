namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Calls back at once, not through a queue.</summary>
internal sealed class ImmediateProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
