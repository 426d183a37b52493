namespace ProxSharp.Operations.Policies;

/// <summary>Tells whether there is a policy. What cannot be looked at may be one: a guard that then said no would be open.</summary>
internal static class PolicyFile
{
    /// <summary>False only if there is certainly nothing at the path; true also if a folder above it may not be searched.</summary>
    public static bool MayExist(string path)
    {
        try
        {
            File.GetAttributes(path);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
