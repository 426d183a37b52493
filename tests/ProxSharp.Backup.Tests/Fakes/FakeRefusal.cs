namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>The fake server says no.</summary>
internal sealed class FakeRefusal(string message) : Exception(message);
