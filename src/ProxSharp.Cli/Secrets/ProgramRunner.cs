namespace ProxSharp.Cli.Secrets;

/// <summary>Runs a program and returns what it wrote; null if there is no such program.</summary>
/// <param name="program">Its name.</param>
/// <param name="arguments">Its arguments.</param>
/// <param name="input">What it reads.</param>
/// <param name="cancellationToken">Gives up.</param>
internal delegate Task<ProgramResult?> ProgramRunner(string program, IReadOnlyList<string> arguments, string input, CancellationToken cancellationToken);
