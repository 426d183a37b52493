using System.Text;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Guests;

/// <summary>A program that was run through the guest agent, and how it ended.</summary>
internal sealed record GuestProcess(int Pid, int ExitCode, string Output, string Errors)
{
    /// <summary>Runs a program of the few a simulated machine has.</summary>
    /// <exception cref="ApiFault">There is no such program.</exception>
    public static GuestProcess Run(Guest guest, IReadOnlyList<string> command, string? input)
    {
        int pid = 1000 + guest.VmId + guest.Inside.Processes.Count;
        string program = command[0][(command[0].LastIndexOf('/') + 1)..];
        string[] arguments = [.. command.Skip(1)];
        return program switch
        {
            "echo" => new GuestProcess(pid, 0, string.Join(' ', arguments) + "\n", ""),
            "printf" => new GuestProcess(pid, 0, string.Concat(arguments.Take(1)).Replace("\\n", "\n", StringComparison.Ordinal), ""),
            "hostname" => new GuestProcess(pid, 0, guest.Name + "\n", ""),
            "uname" => new GuestProcess(pid, 0, arguments is ["-a"] ? $"Linux {guest.Name} 6.12.48-amd64 #1 SMP PREEMPT_DYNAMIC x86_64 GNU/Linux\n" : "Linux\n", ""),
            "whoami" => new GuestProcess(pid, 0, "root\n", ""),
            "true" => new GuestProcess(pid, 0, "", ""),
            "false" => new GuestProcess(pid, 1, "", ""),
            "cat" when arguments is [] => new GuestProcess(pid, 0, input ?? "", ""),
            "cat" => Cat(guest, pid, arguments[0]),
            "sh" or "bash" when arguments is ["-c", { } script] => Script(guest, pid, script, input),
            _ => throw ApiFault.Failed($"Agent error: Guest agent command failed, error was 'Failed to execute child process “{command[0]}” (No such file or directory)'"),
        };
    }

    private static GuestProcess Cat(Guest guest, int pid, string file) => guest.Inside.Read(guest, file) is { } content
        ? new GuestProcess(pid, 0, Encoding.UTF8.GetString(content), "")
        : new GuestProcess(pid, 1, "", $"cat: {file}: No such file or directory\n");

    /// <summary>Runs commands that are separated by semicolons, with <c>exit</c> and <c>&gt;&amp;2</c>.</summary>
    private static GuestProcess Script(Guest guest, int pid, string script, string? input)
    {
        StringBuilder output = new();
        StringBuilder errors = new();
        int exit = 0;
        foreach (string part in script.Split([';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            bool toErrors = part.EndsWith(">&2", StringComparison.Ordinal);
            string[] words = (toErrors ? part[..^3] : part).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["exit", { } code] && int.TryParse(code, System.Globalization.CultureInfo.InvariantCulture, out exit))
            {
                break;
            }

            GuestProcess step = Run(guest, [.. words.Select(static word => word.Trim('\'', '"'))], input);
            (toErrors ? errors : output).Append(step.Output);
            errors.Append(step.Errors);
            exit = step.ExitCode;
        }

        return new GuestProcess(pid, exit, output.ToString(), errors.ToString());
    }
}
