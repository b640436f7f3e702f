package lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** What a process never gives back: direct memory, classes with the loaders that hold them, threads. */
final class Hoard {
    /** The machine is shared: no process keeps more threads than this. */
    private static final int MOST_THREADS = 3000;

    private static final List<Object> KEPT = new ArrayList<>();
    private static int threadsStarted;
    private static byte[] classBytes;

    int directBytes;
    double classes;
    double threads;
    private double classesOwed;
    private double threadsOwed;

    void more() throws IOException {
        if (directBytes > 0) {
            keep(ByteBuffer.allocateDirect(directBytes));
        }
        for (classesOwed += classes; classesOwed >= 1; classesOwed--) {
            keep(new Loader().define());
        }
        for (threadsOwed += threads; threadsOwed >= 1; threadsOwed--) {
            startThread();
        }
    }

    private static void keep(Object o) {
        synchronized (KEPT) {
            KEPT.add(o);
        }
    }

    private static void startThread() {
        synchronized (KEPT) {
            if (threadsStarted >= MOST_THREADS) {
                return;
            }
            threadsStarted++;
        }
        Thread t = new Thread(
                () -> {
                    while (true) {
                        LockSupport.park();
                    }
                },
                "legacy-client-" + threadsStarted);
        t.setDaemon(true);
        t.start();
    }

    /** Defines a class of the job once more, as a scripting engine or a proxy factory without a cache does. */
    private static final class Loader extends ClassLoader {
        Loader() {
            super(Hoard.class.getClassLoader());
        }

        Class<?> define() throws IOException {
            byte[] bytes = bytes();
            return defineClass("lab.FaultJob", bytes, 0, bytes.length);
        }
    }

    private static synchronized byte[] bytes() throws IOException {
        if (classBytes == null) {
            try (InputStream in = Hoard.class.getResourceAsStream("FaultJob.class")) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                in.transferTo(out);
                classBytes = out.toByteArray();
            }
        }
        return classBytes;
    }
}
