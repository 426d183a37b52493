using System.Text;
using System.Text.Json;

namespace ProxSharp.Operations.Plans;

/// <summary>Keeps plans in a folder that only its owner can read, and lets each be used once.</summary>
public sealed class PlanStore
{
    private readonly string _folder;

    /// <summary>Creates a store.</summary>
    /// <param name="folder">The folder; it is created when the first plan comes.</param>
    public PlanStore(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
    }

    /// <summary>Reads a plan.</summary>
    /// <param name="id">Its name.</param>
    /// <exception cref="GuardRefusedException">There is none, or its content does not belong to its name.</exception>
    public Plan Load(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Length != 64 || !id.All(char.IsAsciiHexDigitLower))
        {
            throw new GuardRefusedException("unknown-plan", "A plan is named by 64 hexadecimal digits in lower case.");
        }

        try
        {
            string content = File.ReadAllText(PathOf(id));
            return JsonTexts.Hash(content) == id
                ? new Plan(content)
                : throw new GuardRefusedException("tampered", $"Plan {id[..12]} is not what it was when it was made.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new GuardRefusedException("unknown-plan", $"There is no plan {id[..12]}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new GuardRefusedException("unknown-plan", $"Plan {id[..12]} cannot be read: {e.Message}", e);
        }
    }

    internal bool Has(string id) => id.Length == 64 && id.All(char.IsAsciiHexDigitLower) && File.Exists(PathOf(id));

    internal void Save(Plan plan)
    {
        PrivateFiles.CreateFolder(_folder);
        PrivateFiles.Write(PathOf(plan.Id), Encoding.UTF8.GetBytes(plan.Content), FileMode.CreateNew);
    }

    /// <summary>Marks a plan as used; of several who try at once, one succeeds.</summary>
    internal void Use(Plan plan)
    {
        try
        {
            PrivateFiles.Write(Path.Combine(_folder, plan.Id + ".used"), [], FileMode.CreateNew);
        }
        catch (IOException e)
        {
            throw new GuardRefusedException("used", $"Plan {plan.Id[..12]} was applied before; a plan is good for once.", e);
        }
    }

    private string PathOf(string id) => Path.Combine(_folder, id + ".json");
}
